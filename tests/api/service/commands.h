#pragma once
// Callers' commands as the edge makes them, with ids and secrets that tell them apart.

#include <optional>
#include <string>

#include "domain/command.h"

namespace dialin::test {

const TenantId kAcme = tenant_id_of("acme");
const TenantId kGlobex = tenant_id_of("globex");
ConfigId id_of(std::uint64_t number);
PhoneNumber number_of(std::uint64_t number);  ///< +1555 and seven digits
Sealed secret_of(std::uint64_t number);
Idempotency key_of(std::uint8_t key, std::uint8_t request = 1);

Command create(const ConfigId& id, std::optional<PhoneNumber> number, Category category = Category::pinless_dialin);
Command rename(const ConfigId& id, std::string name_prefix);
Command renumber(const ConfigId& id, std::optional<PhoneNumber> number);
Command remove(const ConfigId& id);
Command move(const ConfigId& id, const ConfigId& to, Category category);
Command restore(const ConfigId& id, std::uint64_t version);
Command of_tenant(const TenantId& tenant, Command command);
Command with_key(Idempotency idempotency, Command command);
Command dry(Command command);

}  // namespace dialin::test
