// A request target: split, routed, its query taken apart.

#include <array>

#include "api/http/query.h"
#include "api/http/request_parser.h"
#include "api/http/routes.h"
#include "domain/validate.h"
#include "fuzz/fuzz.h"

using namespace dialin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view target = fuzz::text_of(bytes, size);
  http::Request request;
  if (!http::split_target(target, request)) return 0;
  for (const http::Method method : {http::Method::get, http::Method::post, http::Method::other}) {
    const http::Match match = http::match_route(method, request.path);
    if (match.route != nullptr) fuzz::must(match.path != nullptr, "a row that was found has a path");
    if (match.path != nullptr) fuzz::must(!http::allowed_methods(*match.path).empty(), "a path knows a method");
    if (const auto argument = http::percent_decoded(match.argument)) fuzz::must(is_utf8(*argument), "what is decoded is UTF-8");
  }
  static constexpr std::array<std::string_view, 3> kKnown = {"limit", "phone_number", "as_of"};
  const auto query = http::Query::parse(request.query, kKnown);
  if (!query) {
    for (const Violation& each : query.error()) fuzz::must(is_utf8(each.property) && is_utf8(each.rule), "what is said is UTF-8");
    return 0;
  }
  Violations broken;
  const std::uint64_t limit = query->number("limit", 100, 1, 100, broken);
  fuzz::must(limit >= 1 && limit <= 100, "a number keeps its bounds");
  if (const std::string* number = query->find("phone_number")) fuzz::must(is_utf8(*number), "a value is UTF-8");
  return 0;
}
