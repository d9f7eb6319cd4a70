#pragma once
// AES-256-GCM (NIST SP 800-38D): seals a text so that nobody reads or changes it without the key. Any thread; each keeps a context.

#include <optional>
#include <string>
#include <string_view>

#include "infra/crypto/wiped.h"

namespace dialin::crypto {

constexpr std::size_t kNonce_bytes = 12;
constexpr std::size_t kTag_bytes = 16;
using Nonce = std::array<std::uint8_t, kNonce_bytes>;

/// Nonce, cipher text, tag. `nonce` must never be used twice with one key; random ones serve for 2^32 seals a key. `bound` must be
/// presented again to open. Throws std::runtime_error when OpenSSL fails.
std::string gcm_seal(const Key& key, const Nonce& nonce, std::string_view clear, std::string_view bound);
/// Nothing when one bit of key, box or `bound` is another.
std::optional<std::string> gcm_open(const Key& key, std::string_view box, std::string_view bound);

}  // namespace dialin::crypto
