#include "simulation/callers.h"

#include <algorithm>

#include "api/service/commands.h"

namespace dialin::simulation {
namespace {

constexpr std::size_t kConfigsKnown = 4;
constexpr std::uint64_t kNumbers = 4;

}  // namespace

Command Callers::any() {
  Command command;
  if (auto repeated = world_.one_in(6) ? witness_.in_doubt() : std::nullopt) {
    command = *std::move(repeated);
    if (world_.one_in(8)) command.idempotency->request.fill(0xEE);  // another body
    command.fresh.id = test::id_of(++ids_);
  } else {
    const auto& births = truth_.births();
    const bool creates = births.empty() || world_.one_in(4);
    command = creates ? creation() : change_of(births[births.size() - 1 - world_.below(std::min(births.size(), kConfigsKnown))]);
    if (world_.one_in(16)) command.tenant = test::kGlobex;
    if (world_.one_in(2)) command.idempotency = fresh_key();
    if (world_.one_in(12)) command.if_match = IfMatch{false, {{1 + world_.below(3)}}};
    command.dry_run = world_.one_in(10);
  }
  command.request_id = "request-" + std::to_string(++requests_);
  return command;
}

Command Callers::new_config() {
  Command command = test::create(test::id_of(++ids_), std::nullopt, Category::pin_dialin);
  command.request_id = "request-" + std::to_string(++requests_);
  return command;
}

Command Callers::at(Sequence end) {
  return test::rename(test::id_of(0), "at " + std::to_string(end.value));
}

Command Callers::before_all() {
  return test::create(test::id_of(0), std::nullopt, Category::pin_dialin);
}

Command Callers::creation() {
  Command command = test::create(test::id_of(++ids_), any_number(), any_category());
  return world_.one_in(4) ? test::of_tenant(test::kGlobex, std::move(command)) : command;
}

Command Callers::change_of(const Holder& config) {
  constexpr const char* kNames[] = {"Reception", "Sales", "Night"};
  const auto by_owner = [&](Command command) { return test::of_tenant(config.tenant, std::move(command)); };
  switch (world_.below(7)) {
    case 0:
      return by_owner(test::renumber(config.id, any_number()));
    case 1:
    case 2:
      return by_owner(test::rename(config.id, kNames[world_.below(3)]));
    case 3:
      return by_owner(test::remove(config.id));
    case 4:
    case 5:
      return by_owner(test::move(config.id, test::id_of(++ids_), any_category()));
    default:
      return by_owner(test::restore(config.id, 1 + world_.below(5)));
  }
}

std::optional<PhoneNumber> Callers::any_number() const {
  if (world_.one_in(6)) return std::nullopt;
  return test::number_of(world_.below(kNumbers));
}

Category Callers::any_category() const {
  return world_.one_in(2) ? Category::pinless_dialin : Category::pin_dialin;
}

Idempotency Callers::fresh_key() {
  Idempotency idempotency = test::key_of(0, 1);
  ++keys_;
  for (std::size_t i = 0; i < sizeof keys_; ++i) idempotency.key[i] = static_cast<std::uint8_t>(keys_ >> (8 * i));
  return idempotency;
}

}  // namespace dialin::simulation
