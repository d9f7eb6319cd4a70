#pragma once
// Base64 with padding (RFC 4648, section 4), as `hmac`, the log's JSON and key files have it. Pure; any thread.

#include <optional>
#include <string>
#include <string_view>

namespace dialin {

/// Appends the base64 of `bytes` to `out`.
void append_base64(std::string_view bytes, std::string& out);
/// The bytes that `text` stands for. Nothing for anything but canonical base64: other characters, missing padding, bits left over.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace dialin
