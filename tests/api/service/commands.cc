#include "api/service/commands.h"

#include <algorithm>
#include <cstdio>

#include "domain/sha256.h"

namespace dialin::test {

ConfigId id_of(std::uint64_t number) {
  Bytes16 bytes{};
  const Bytes32 digest = sha256(std::to_string(number));
  std::copy_n(digest.begin(), bytes.size(), bytes.begin());
  return random_id<ConfigId>(bytes);
}

PhoneNumber number_of(std::uint64_t number) {
  char text[32];
  std::snprintf(text, sizeof text, "+1555%07llu", static_cast<unsigned long long>(number));
  return PhoneNumber::parse(text).value();
}

Sealed secret_of(std::uint64_t number) {
  char fingerprint[17];
  std::snprintf(fingerprint, sizeof fingerprint, "%016llx", static_cast<unsigned long long>(number));
  return {"k1", std::string(60, 's'), fingerprint};
}

Idempotency key_of(std::uint8_t key, std::uint8_t request) {
  Idempotency idempotency;
  idempotency.key.fill(key);
  idempotency.request.fill(request);
  return idempotency;
}

namespace {

Command command_of(decltype(Command::action) action) {
  Command command{kAcme, "key-1", "request-1", {}, {}, {}, false, {}, std::move(action)};
  command.fresh.hmac = secret_of(7);
  return command;
}

}  // namespace

Command create(const ConfigId& id, std::optional<PhoneNumber> number, Category category) {
  Create create{{}, category};
  create.wishes.patch.category = category;
  if (number) create.wishes.patch.phone_number = std::move(number);
  Command command = command_of(std::move(create));
  command.fresh.id = id;
  return command;
}

Command rename(const ConfigId& id, std::string name_prefix) {
  Update update{id, {}};
  update.wishes.patch.name_prefix = std::optional(std::move(name_prefix));
  return command_of(std::move(update));
}

Command renumber(const ConfigId& id, std::optional<PhoneNumber> number) {
  Update update{id, {}};
  update.wishes.patch.phone_number.emplace(std::move(number));
  return command_of(std::move(update));
}

Command remove(const ConfigId& id) {
  return command_of(Delete{id});
}

Command move(const ConfigId& id, const ConfigId& to, Category category) {
  Move move{id, {}, category};
  move.wishes.patch.category = category;
  Command command = command_of(std::move(move));
  command.fresh.id = to;
  return command;
}

Command restore(const ConfigId& id, std::uint64_t version) {
  return command_of(Restore{id, {version}});
}

Command of_tenant(const TenantId& tenant, Command command) {
  command.tenant = tenant;
  return command;
}

Command with_key(Idempotency idempotency, Command command) {
  command.idempotency = idempotency;
  return command;
}

Command dry(Command command) {
  command.dry_run = true;
  return command;
}

}  // namespace dialin::test
