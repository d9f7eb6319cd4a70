#pragma once
// One hash of the whole state: of all configs that ever were, as their last events left them, deleted ones too. It depends on the events
// alone, not on the views, the node, the kind of log or the build, so that equal beginnings of a log have equal digests wherever they lie.
// Pure; one thread.
//
// SHA-256 over the leaves in the order of (tenant, config id), 32 bytes each and nothing between. A leaf is the SHA-256 over these fields,
// each with its length in front (32 bits, little-endian), numbers as 8 bytes, little-endian:
//   tenant (16 bytes), config id (16), version, deleted (1 byte: 0 or 1), sequence of the last event, sequence of the first event,
//   microseconds of the first event, of the last event, category (its name),
//   then each property in the order of Property: absent, one byte 0 (no length); present, one byte 1 (no length), then its bytes; of hmac
//   the key id, the sealed box and the fingerprint, each with its length.

#include <cstddef>
#include <optional>
#include <unordered_map>
#include <utility>

#include "domain/config.h"
#include "domain/event.h"
#include "domain/ids.h"
#include "domain/record.h"

namespace dialin {

Bytes32 state_leaf(const ConfigState& state);

/// Of leaves that come in any order, each config's last one counting.
class StateDigest {
 public:
  void put(const TenantId& tenant, const ConfigId& id, const Bytes32& leaf) { leaves_.insert_or_assign({tenant, id}, leaf); }
  std::size_t configs() const { return leaves_.size(); }
  /// May be asked again and again.
  Bytes32 digest() const;

 private:
  using Name = std::pair<TenantId, ConfigId>;
  struct HashOfName {
    std::size_t operator()(const Name& name) const { return HashOfId()(name.second); }
  };
  std::unordered_map<Name, Bytes32, HashOfName> leaves_;  ///< some 100 bytes a config
};

/// The fold of a log's events. Between the two halves of a move it is the state before both, as readers see it.
class StateFold {
 public:
  /// The next record of the chain; `event` is null for records that have none.
  void add(const Record& record, const Event* event);
  /// Whether the record added last begins a move, so that its other half must come.
  bool is_within_move() const { return held_.has_value(); }
  const StateDigest& state() const { return state_; }

 private:
  StateDigest state_;
  std::optional<ConfigState> held_;  ///< a deletion that begins a move
};

}  // namespace dialin
