#pragma once
// Who is calling: the `Authorization` field against the keys (contract.md, "Errors": 400, 401, 403). Any thread.

#include <memory>
#include <optional>
#include <string_view>

#include "api/http/errors.h"
#include "domain/access.h"
#include "domain/result.h"

namespace dialin::http {

constexpr std::size_t kKeyBytesMax = 512;

/// The key of `Bearer <key>` (RFC 6750: the scheme in any case, one key of token68 characters); nothing for anything else.
std::optional<std::string_view> bearer_key(std::string_view field);

/// The caller, or why there is none.
Result<std::shared_ptr<const Caller>, Problem> authenticate(const Request& request, const Access& access);

}  // namespace dialin::http
