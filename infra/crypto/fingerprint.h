#pragma once
// HMAC-SHA-256 (RFC 2104) under one key, shortened to what history may show of a secret. Any thread.

#include <string>
#include <string_view>

#include "infra/crypto/wiped.h"

namespace dialin::crypto {

class Fingerprints {
 public:
  explicit Fingerprints(const Key& key);
  Fingerprints(const Fingerprints&) = default;
  Fingerprints& operator=(const Fingerprints&) = default;
  ~Fingerprints();

  /// The first 8 bytes of the HMAC, as 16 hex digits.
  std::string of(std::string_view secret) const;

 private:
  static constexpr std::size_t kBlock_bytes = 64;  // of SHA-256
  using Block = std::array<std::uint8_t, kBlock_bytes>;
  Block inner_, outer_;
};

}  // namespace dialin::crypto
