#pragma once
// Events in, views out. One projector owns the writes to the views: the writer's thread in a running server, the opening thread before
// that (catching up, rebuilding). Deterministic: the same records give the same views, byte for byte, whatever the grouping.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

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

class Projector {
 public:
  /// `position`: what the store's views stand at (Views::position()).
  Projector(ViewStore& store, const Codec& codec, Tail position);

  /// Applies `entries`, which follow position() without a gap, as one batch, position included. On an error nothing was applied
  /// and position() is where it was: the caller may try again after ViewStore::resume().
  Result<void, StoreError> apply(std::span<const Entry> entries);

  const Tail& position() const { return position_; }

 private:
  void project(const Record& record, const Event& event, ViewBatch& batch);
  std::int64_t& count(const TenantId& tenant);

  ViewStore& store_;
  const Codec& codec_;
  Tail position_;
  std::unique_ptr<ViewBatch> batch_;
  /// Live configs per tenant, as of the batch being built; bounded, because the store has them all.
  std::unordered_map<TenantId, std::int64_t, HashOfId> counts_;
};

}  // namespace dialin::projections
