#pragma once
// The decision function: given what is known, when a command, then events, or a refusal, or nothing to do. Pure: equal input, equal
// output. The writer (api/service/writer.h) is its only caller in the server; tests call it with tables.

#include <optional>
#include <variant>
#include <vector>

#include "domain/command.h"
#include "domain/config.h"

namespace dialin {

/// Who holds a number: one config of one tenant.
struct Holder {
  TenantId tenant;
  ConfigId id;
  friend bool operator==(const Holder&, const Holder&) = default;
};

/// What decide() may ask: the state that all events so far add up to, those in flight included. May throw when storage cannot answer.
class Known {
 public:
  virtual ~Known() = default;
  /// Nothing for an id that this tenant never had. A deleted config is returned with `deleted` set. Valid until the next call.
  virtual const ConfigState* state(const TenantId& tenant, const ConfigId& id) = 0;
  virtual std::optional<Holder> holder(const PhoneNumber& number) = 0;
  /// The config as it was at an earlier version; of a version that was a deletion, the state before. Nothing for a version there never was.
  virtual std::optional<Config> past(const TenantId& tenant, const ConfigId& id, Version version) = 0;
};

enum class RefusalCode : std::uint8_t { invalid, not_found, number_in_use, precondition_failed };

struct Refusal {
  RefusalCode code = RefusalCode::invalid;
  Violations violations;                ///< of invalid; at least one
  std::optional<PhoneNumber> number;    ///< of number_in_use
  std::optional<ConfigState> conflict;  ///< of number_in_use: the holder, only when it is the same tenant's
};

/// The write changes nothing: answer the state as it is. (Never for a create, a delete or a move.)
struct Unchanged {
  ConfigState state;
};

/// One event, or for a move two: the deletion, whose `moved_to` is the second. Versions, `changed`, `before` and provenance are complete.
using Decided = std::vector<Event>;

using Decision = std::variant<Refusal, Unchanged, Decided>;

/// Order of refusals: not_found, precondition_failed, invalid, number_in_use. `dry_run` and `idempotency` are the writer's business.
Decision decide(const Command& command, Known& known, const Rules& rules);

}  // namespace dialin
