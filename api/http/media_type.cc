#include "api/http/media_type.h"

#include <algorithm>
#include <cctype>

namespace dialin::http {
namespace {

std::string lower_without_blanks(std::string_view text) {
  std::string lower;
  for (const char c : text) {
    if (c != ' ' && c != '\t') lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return lower;
}

bool is_json(std::string_view field) {
  const std::string type = lower_without_blanks(field);
  return type == "application/json" || type == "application/json;charset=utf-8" || type == R"(application/json;charset="utf-8")";
}

}  // namespace

std::optional<Problem> check_media_type(const Request& request) {
  const std::optional<std::string_view> type = request.field(Field::content_type);
  if (type && !is_json(*type)) return Problem{ErrorKind::media_type, "Content-Type must be application/json, in UTF-8"};
  const std::optional<std::string_view> encoding = request.field(Field::content_encoding);
  if (encoding && lower_without_blanks(*encoding) != "identity")
    return Problem{ErrorKind::media_type, "Content-Encoding must be identity: a body is taken as it is"};
  return std::nullopt;
}

}  // namespace dialin::http
