#pragma once
// What a request's body is said to be: JSON in UTF-8, as it is (contract.md, "Calls"). Pure.

#include <optional>

#include "api/http/errors.h"

namespace dialin::http {

/// 415 unless Content-Type is absent or application/json, in UTF-8 when it names a charset, and Content-Encoding is absent or identity.
std::optional<Problem> check_media_type(const Request& request);

}  // namespace dialin::http
