#pragma once
// Base64 of 32 bytes, as key files and API keys have it. Any thread.

#include <optional>
#include <string>
#include <string_view>

#include "infra/crypto/wiped.h"

namespace dialin::crypto {

/// 44 characters (RFC 4648, section 4).
WipedText to_base64(const Key& key);
/// Nothing for anything else than what to_base64() gives.
std::optional<Key> key_from_base64(std::string_view text);
/// For URLs and headers, without padding (RFC 4648, section 5): 43 characters.
std::string to_base64url(const Key& key);

}  // namespace dialin::crypto
