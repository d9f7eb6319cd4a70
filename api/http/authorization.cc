#include "api/http/authorization.h"

#include <algorithm>
#include <cctype>

namespace dialin::http {
namespace {

constexpr std::string_view kScheme = "bearer ";

bool is_token68(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  constexpr std::string_view kMarks = "-._~+/";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || kMarks.find(c) != std::string_view::npos;
  });
}

}  // namespace

std::optional<std::string_view> bearer_key(std::string_view field) {
  if (field.size() <= kScheme.size()) return std::nullopt;
  if (!same_ignoring_case(field.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  field.remove_prefix(kScheme.size());
  while (field.starts_with(' ')) field.remove_prefix(1);
  if (field.size() > kKeyBytesMax || !is_token68(field)) return std::nullopt;
  return field;
}

Result<std::shared_ptr<const Caller>, Problem> authenticate(const Request& request, const Access& access) {
  const std::optional<std::string_view> field = request.field(Field::authorization);
  if (!field) return Problem{ErrorKind::authorization_header, "Authorization is missing; it must be: Bearer <API key>"};
  const std::optional<std::string_view> key = bearer_key(*field);
  if (!key || request.is_repeated(Field::authorization))
    return Problem{ErrorKind::authorization_header, "Authorization must be: Bearer <API key>, once"};
  std::shared_ptr<const Caller> caller = access.caller(*key);
  if (caller == nullptr) return Problem{ErrorKind::authentication, "the API key is unknown or was revoked"};
  return caller;
}

}  // namespace dialin::http
