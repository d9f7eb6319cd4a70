// GET /numbers/{number}: which of the tenant's configs holds it.

#include "api/http/calls.h"
#include "api/http/config_calls.h"

namespace dialin::http {
namespace {

constexpr int kTriesMax = 8;

/// Holder and config are read one after the other, so a move or a PUT in between could show a config that no longer has the number. The
/// stored answer tells: quotes within a text are escaped, so this can only be the property.
bool shows_number(const projections::ConfigRow& row, const PhoneNumber& number) {
  return row.answer.json.find(R"("phone_number":")" + number.text() + '"') != std::string::npos;
}

}  // namespace

void get_number(Call& call) {
  if (!call.query()) return;
  const std::optional<std::string> spelled = percent_decoded(call.admitted.argument);
  if (!spelled) return call.refuse(invalid("number", "must be percent-encoded UTF-8 without NUL"));
  const Result<PhoneNumber, BrokenRule> number = PhoneNumber::parse(*spelled);
  if (!number) return call.refuse(invalid("number", number.error().text));

  for (int tries = 0; tries < kTriesMax; ++tries) {
    const Sequence applied = call.applied();
    const std::optional<Holder> holder = call.wiring.views.holder(*number);
    if (!holder || holder->tenant != call.tenant()) return call.refuse({ErrorKind::not_found, "none of your configs holds this number"});
    const auto row = call.wiring.views.config(holder->tenant, holder->id);
    if (row && shows_number(*row, *number)) return answer_config(call, holder->id, *row, applied);
  }
  call.refuse({ErrorKind::unavailable, "the number changed hands over and over while it was looked up"});
}

}  // namespace dialin::http
