#include "api/service/stack.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "domain/sha256.h"

namespace dialin::test {

TempDir::TempDir() {
  std::string name = (std::filesystem::temp_directory_path() / "dialin-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
  dir_ = name;
}
TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
}

bool FailingStore::get(Family family, std::string_view key, std::string& value) const {
  if (unreadable) throw StoreFailure("the test says so");
  return store_->get(family, key, value);
}
/// Emptied by failures, as the port wants it.
struct FailingStore::Batch : ViewBatch {
  explicit Batch(std::unique_ptr<ViewBatch> empty) : inside(std::move(empty)) {}
  void put(Family family, std::string_view key, std::string_view value) override { inside->put(family, key, value); }
  void remove(Family family, std::string_view key) override { inside->remove(family, key); }
  std::unique_ptr<ViewBatch> inside;
};
std::unique_ptr<ViewBatch> FailingStore::batch() {
  return std::make_unique<Batch>(store_->batch());
}
Result<void, StoreError> FailingStore::apply(ViewBatch& batch) {
  auto& inside = static_cast<Batch&>(batch).inside;
  if (!full) return store_->apply(*inside);
  inside = store_->batch();
  return StoreError::no_space;
}
Result<void, StoreError> FailingStore::flush() {
  ++flushes;
  if (full) return StoreError::no_space;
  return store_->flush();
}

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
  Command command{kAcme, "key-1", "request-1", {}, {}, false, {}, std::move(action)};
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
