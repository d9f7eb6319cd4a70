// A request's body, from its bytes to the rules of the config object.

#include "api/http/body.h"
#include "domain/validate.h"
#include "fuzz/fuzz.h"

using namespace dialin;

namespace {

/// Violations are sent to the caller.
void check(const Violations& violations) {
  for (const Violation& each : violations) {
    fuzz::must(is_utf8(each.property) && is_utf8(each.rule), "what is said of a body is UTF-8");
    fuzz::must(!each.rule.empty(), "a violation names its rule");
  }
}

void check(const Patch& patch) {
  if (patch.phone_number && *patch.phone_number)
    fuzz::must(PhoneNumber::parse((*patch.phone_number)->text()).has_value(), "a number that was taken is a number");
  for (const auto* url : {&patch.room_creation_api, &patch.hold_music_url})
    if (*url && **url) fuzz::must(!check_url(***url), "a URL that was taken keeps the rule");
  if (patch.hmac && *patch.hmac) fuzz::must(!check_secret(**patch.hmac), "a secret that was taken keeps the rule");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto body = http::parse_body(fuzz::text_of(bytes, size));
  if (!body) {
    fuzz::must(is_utf8(body.error().why), "what is said of a body is UTF-8");
    return 0;
  }
  check(body->violations);
  const Validated wishes = validate(body->draft);
  check(wishes.violations);
  if (wishes.violations.empty()) check(wishes.patch);
  for (const Category category : {Category::pinless_dialin, Category::pin_dialin})
    for (const bool creating : {false, true}) check(check_category(wishes.patch, category, creating, Rules{}));
  if (const auto version = validate_restore(body->draft)) {
    fuzz::must(version->value >= 1, "a version counts from one");
  } else {
    check(version.error());
  }
  return 0;
}
