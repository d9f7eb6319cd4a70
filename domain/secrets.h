#pragma once
// Ports: the key ring that seals secrets, and randomness. Implemented by infra/crypto. Any thread.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "domain/config.h"

namespace dialin {

class Secrets {
 public:
  virtual ~Secrets() = default;
  /// Seals `clear` under the ring's newest key, bound to tenant and config (associated data). Throws when OpenSSL fails.
  virtual Sealed seal(std::string_view clear, const TenantId& tenant, const ConfigId& id) const = 0;
  /// Nothing when the ring lacks the key, or the box was not sealed for this tenant and config.
  virtual std::optional<std::string> open(const Sealed& sealed, const TenantId& tenant, const ConfigId& id) const = 0;
  virtual bool has_key(std::string_view key_id) const = 0;
};

class Random {
 public:
  virtual ~Random() = default;
  /// Cryptographically random. Throws when the system has none.
  virtual void fill(std::span<std::uint8_t> out) const = 0;
};

}  // namespace dialin
