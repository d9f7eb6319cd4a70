// Header fields, one a line: keys, conditions, media types, numbers.

#include "api/http/authorization.h"
#include "api/http/conditions.h"
#include "api/http/decimal.h"
#include "api/http/media_type.h"
#include "domain/validate.h"
#include "fuzz/fuzz.h"

using namespace dialin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::Pieces lines(fuzz::text_of(bytes, size));
  if (const auto key = http::bearer_key(lines.line())) {
    fuzz::must(!key->empty() && key->size() <= http::kKeyBytesMax, "a key keeps its bounds");
    fuzz::must(key->find_first_of(" \t\r\n\"") == std::string_view::npos, "a key is one word");
  }
  const std::string_view condition = lines.line();
  const auto match = http::parse_if_match(condition);
  if (!match) fuzz::must(is_utf8(match.error().text), "a rule is UTF-8");
  if (const auto none = http::none_match_names(condition, Version{3}); none && condition == "\"3\"")
    fuzz::must(*none, "a tag matches itself");
  http::Request request;
  request.fields[static_cast<std::size_t>(http::Field::content_type)] = lines.line();
  request.fields[static_cast<std::size_t>(http::Field::content_encoding)] = lines.line();
  if (const auto problem = http::check_media_type(request)) fuzz::must(is_utf8(problem->info), "what is said is UTF-8");
  const std::string_view digits = lines.line();
  if (const auto number = http::parse_decimal(digits)) fuzz::must(std::to_string(*number) == digits, "a number has one spelling");
  return 0;
}
