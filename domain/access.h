#pragma once
// Port: who calls. An API key belongs to one tenant and has scopes. Implemented by infra/crypto/api_keys. Any thread.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "domain/ids.h"

namespace dialin {

enum class Scope : std::uint8_t { read = 1, write = 2, audit = 4 };

struct Caller {
  TenantId tenant;
  std::string tenant_name;
  std::string key_id;       ///< the `actor` of events
  std::uint8_t scopes = 0;  ///< bits of Scope
  bool may(Scope scope) const { return (scopes & static_cast<std::uint8_t>(scope)) != 0; }
};

class Access {
 public:
  virtual ~Access() = default;
  /// The owner of the presented key; nothing for an unknown or revoked one. Constant time in the key's characters.
  virtual std::shared_ptr<const Caller> caller(std::string_view presented_key) const = 0;
};

}  // namespace dialin
