// GET /domain-dialin-config: a page of the tenant's configs, newest first.

#include <algorithm>

#include "api/http/call.h"
#include "api/http/calls.h"
#include "api/http/config_answer.h"
#include "domain/validate.h"

namespace dialin::http {
namespace {

using projections::ListFilter;
using projections::ListPage;
using projections::ListRequest;

constexpr std::size_t kFragmentsMax = 100;

/// One of `phone_numbers`: part of a number, so no rule of whole numbers can be asked of it. What a number may be written with is stripped.
std::optional<std::string> fragment_of(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (std::string_view(" .-()[]").find(c) != std::string_view::npos) continue;
    if (!(c >= '0' && c <= '9') && !(c == '+' && digits.empty())) return std::nullopt;
    digits += c;
  }
  if (digits.empty()) return std::nullopt;
  return digits;
}

void read_fragments(std::string_view list, std::vector<std::string>& out, Violations& broken) {
  bool is_good = true;
  while (is_good) {
    const std::size_t end = std::min(list.find(','), list.size());
    std::optional<std::string> fragment = fragment_of(list.substr(0, end));
    is_good = fragment && out.size() < kFragmentsMax;
    if (is_good) out.push_back(std::move(*fragment));
    if (end == list.size()) break;
    list.remove_prefix(end + 1);
  }
  if (!is_good)
    broken.push_back({"phone_numbers", "must be a comma list of 1 to 100 parts of numbers: digits, a plus sign in front at most"});
}

ListFilter filter_of(const Query& query, Violations& broken) {
  ListFilter filter;
  if (const std::string* text = query.find("phone_number")) {
    Result<PhoneNumber, BrokenRule> number = PhoneNumber::parse(*text);
    if (number) {
      filter.phone_number = std::move(*number);
    } else {
      broken.push_back({"phone_number", number.error().text});
    }
  }
  if (const std::string* text = query.find("phone_numbers")) read_fragments(*text, filter.phone_numbers, broken);
  if (const std::string* text = query.find("sip_username")) {
    filter.sip_username = *text;
    if (auto rule = check_text(*text, 1, 256)) broken.push_back({"sip_username", rule->text});
  }
  if (const std::string* text = query.find("name_prefix")) {
    filter.name_prefix = *text;
    if (auto rule = check_text(*text, 1, 256)) broken.push_back({"name_prefix", rule->text});
  }
  if (const std::string* text = query.find("type")) {
    filter.type = category_named(*text);
    if (!filter.type) broken.push_back({"type", "must be pinless_dialin or pin_dialin"});
  }
  return filter;
}

std::optional<ConfigId> cursor_of(const Query& query, std::string_view name, Violations& broken) {
  const std::string* text = query.find(name);
  if (text == nullptr) return std::nullopt;
  const std::optional<ConfigId> id = ConfigId::parse(*text);
  if (!id) broken.push_back({std::string(name), "must be the id of one of your configs"});
  return id;
}

std::string body_of(const ListPage& page, const TenantId& tenant, const Secrets& secrets) {
  std::string body = R"({"total_count":)" + std::to_string(page.total_count) + R"(,"data":[)";
  for (const projections::ConfigRow& row : page.rows) {
    if (&row != &page.rows.front()) body += ',';
    append_opened(row.answer, row.hmac, tenant, id_of(row.answer), secrets, body);
  }
  return body + "]}";
}

Response respond_to(const Wiring& wiring, const Manner& manner, const ListRequest& request) {
  const Sequence position = request.as_of ? *request.as_of : wiring.watch.applied();
  const std::optional<ListPage> page = wiring.views.list(request);
  if (page) return manner.answer(body_of(*page, request.tenant, wiring.secrets), position);
  const char* cursor = request.starting_after ? "starting_after" : "ending_before";
  const char* rule = request.as_of ? "must be the id of a config that you had by then" : "must be the id of one of your configs";
  return manner.refusal(invalid(cursor, rule), position);
}

/// Only these filters look at every config; the others have an index. A look back may read the log for every config of its page.
bool is_slow(const ListRequest& request) {
  return request.as_of || !request.filter.phone_numbers.empty() || request.filter.name_prefix || request.filter.type;
}

}  // namespace

void list_configs(Call& call) {
  const std::optional<Query> query = call.query();
  if (!query) return;
  Violations broken;
  ListRequest request;
  request.tenant = call.tenant();
  request.as_of = call.admitted.as_of;
  request.filter = filter_of(*query, broken);
  request.limit = query->number("limit", projections::kListLimitMax, 1, projections::kListLimitMax, broken);
  request.starting_after = cursor_of(*query, "starting_after", broken);
  request.ending_before = cursor_of(*query, "ending_before", broken);
  if (query->find("starting_after") != nullptr && query->find("ending_before") != nullptr)
    broken.push_back({"ending_before", "must not be given together with starting_after"});
  if (!broken.empty()) return call.refuse(invalid(std::move(broken)));

  if (!is_slow(request)) return call.respond(respond_to(call.wiring, call.admitted.manner, request));
  call.answer_slowly([&wiring = call.wiring, manner = call.admitted.manner, request] { return respond_to(wiring, manner, request); });
}

}  // namespace dialin::http
