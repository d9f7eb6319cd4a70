#pragma once
// Events in, views out. One projector owns the writes to the views: the writer's thread in a running server, the opening thread before
// that (catching up, rebuilding). Deterministic: the same records give the same views, byte for byte, whatever the grouping.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "domain/chain.h"
#include "domain/codec.h"
#include "domain/record.h"
#include "domain/view_store.h"

namespace dialin::projections {

/// A record with what was decoded from it. Records of the log itself and types that are not known have no event.
struct Entry {
  Record record;
  std::optional<Event> event;
};

/// The event that `record` holds, if it is of a type that this program knows. An error is a record that no dialin wrote.
Result<std::optional<Event>, NotAnEvent> event_of(const Record& record, const Codec& codec);
/// `rest` begins with the deletion that begins a move.
bool is_followed_by_its_creation(std::span<const Entry> rest);
/// The record with its event.
Result<Entry, NotAnEvent> entry_of(Record record, const Codec& codec);

class Projector {
 public:
  static constexpr std::size_t kTenantsInMemoryMax = 100'000;

  /// `position`: what the store's views stand at (Views::position()).
  Projector(ViewStore& store, const Codec& codec, Tail position);

  /// Applies `entries`, which follow position() without a gap, as one batch, position included. A move's deletion and creation must be in
  /// the same batch, so that nobody ever sees half of it: a batch that ends between them is a broken invariant. On an error nothing was
  /// applied and position() is where it was: the caller may try again after ViewStore::resume().
  Result<void, StoreError> apply(std::span<const Entry> entries);

  const Tail& position() const { return position_; }

 private:
  void gather(std::span<const Entry> entries);
  void project(const Record& record, const Event& event);
  void note_sealing_key(const Event& event);
  void put_row(const Record& record, const Event& event);
  void move_number(const Record& record, const Event& event);
  void change_number(const PhoneNumber& number, bool is_taken, const Record& record, const Event& event);
  void change_count(const TenantId& tenant, std::int64_t by, Sequence sequence);
  void note_life(const Record& record, const Event& event);
  void forget_gathered();

  ViewStore& store_;
  const Codec& codec_;
  Tail position_;
  std::unique_ptr<ViewBatch> batch_;
  /// Live configs per tenant, as of the batch being built; bounded, because the store has them all.
  std::unordered_map<TenantId, std::int64_t, HashOfId> counts_;
  std::unordered_set<TenantId, HashOfId> counts_changed_;  ///< by the batch being built
  /// Written since this projector was made (at worst once more than needed); as few as there were rotations.
  std::unordered_set<std::string> sealing_keys_noted_;
};

}  // namespace dialin::projections
