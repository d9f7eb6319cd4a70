// GET /numbers/{number}: which of the tenant's configs holds it, and GET /numbers/{number}/history: which ones have.

#include "api/http/as_of.h"
#include "api/http/calls.h"
#include "api/http/config_calls.h"
#include "api/http/event_page.h"
#include "domain/invariant.h"

namespace dialin::http {
namespace {

using projections::NumberHold;
using projections::NumberPage;

constexpr int kTriesMax = 8;

/// Nothing after the call was refused.
std::optional<PhoneNumber> number_of(Call& call) {
  const std::optional<std::string> spelled = percent_decoded(call.admitted.argument);
  Result<PhoneNumber, BrokenRule> number =
      spelled ? PhoneNumber::parse(*spelled) : Result<PhoneNumber, BrokenRule>(BrokenRule{"must be percent-encoded UTF-8 without NUL"});
  if (number) return std::move(*number);
  call.refuse(invalid("number", number.error().text));
  return std::nullopt;
}

Problem not_held() {
  return {ErrorKind::not_found, "none of your configs holds this number"};
}

/// Holder and config are read one after the other, so a move or a PUT in between could show a config that no longer has the number. The
/// stored answer tells: quotes within a text are escaped, so this can only be the property.
bool shows_number(const projections::ConfigRow& row, const PhoneNumber& number) {
  return row.answer.json.find(R"("phone_number":")" + number.text() + '"') != std::string::npos;
}

void get_number_as_of(Call& call, const PhoneNumber& number, Sequence as_of) {
  const projections::Views& views = call.wiring.views;
  const std::optional<Holder> holder = views.holder_as_of(number, as_of);
  if (!holder || holder->tenant != call.tenant()) return call.refuse(not_held());
  const auto row = views.config_as_of(holder->tenant, holder->id, as_of);
  invariant(row.has_value(), "a number's holder was there while it held it");
  answer_config(call, holder->id, *row, as_of);
}

void append_hold(const NumberHold& hold, std::string& out) {
  out.append(R"({"config_id":")").append(hold.config_id.text()).append(R"(","type":")").append(name_of(hold.category));
  out.append(R"(","from_sequence":)").append(std::to_string(hold.from_sequence.value));
  out.append(R"(,"from":")").append(hold.from.rfc3339()).append(R"(","to_sequence":)");
  out.append(hold.to_sequence ? std::to_string(hold.to_sequence->value) : "null").append(R"(,"to":)");
  out.append(hold.to ? '"' + hold.to->rfc3339() + '"' : "null").append("}");
}

std::string body_of(const NumberPage& page) {
  std::string body = R"({"data":[)";
  for (const NumberHold& hold : page.rows) {
    if (&hold != &page.rows.front()) body += ',';
    append_hold(hold, body);
  }
  return body + R"(],"next_after":)" + std::to_string(page.next_after) + R"(,"more":)" + (page.more ? "true}" : "false}");
}

}  // namespace

void get_number(Call& call) {
  if (!call.query()) return;
  const std::optional<PhoneNumber> number = number_of(call);
  if (!number) return;
  if (call.admitted.as_of) return get_number_as_of(call, *number, *call.admitted.as_of);

  for (int tries = 0; tries < kTriesMax; ++tries) {
    const Sequence applied = call.applied();
    const std::optional<Holder> holder = call.wiring.views.holder(*number);
    if (!holder || holder->tenant != call.tenant()) return call.refuse(not_held());
    const auto row = call.wiring.views.config(holder->tenant, holder->id);
    if (row && shows_number(*row, *number)) return answer_config(call, holder->id, *row, applied);
  }
  call.refuse({ErrorKind::unavailable, "the number changed hands over and over while it was looked up"});
}

void get_number_history(Call& call) {
  const std::optional<Query> query = call.query();
  if (!query) return;
  Violations broken;
  const PageRequest page = page_request(*query, broken);
  if (!broken.empty()) return call.refuse(invalid(std::move(broken)));
  const std::optional<PhoneNumber> number = number_of(call);
  if (!number) return;
  if (!call.wiring.views.can_look_back()) return call.refuse(cannot_look_back(call.wiring, "the history of numbers"));
  call.answer_slowly(
      [&wiring = call.wiring, manner = call.admitted.manner, tenant = call.tenant(), as_of = call.admitted.as_of, page, number = *number] {
        const Sequence position = as_of ? *as_of : wiring.watch.applied();
        const auto held = wiring.views.number_history(tenant, number, page.after, page.limit, as_of.value_or(projections::kNoEnd));
        return held ? manner.answer(body_of(*held), position)
                    : manner.refusal({ErrorKind::not_found, "none of your configs has ever held this number"}, position);
      });
}

}  // namespace dialin::http
