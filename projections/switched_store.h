#pragma once
// A ViewStore under which the store can be exchanged while it is read and written: for views that are rebuilt beside those that serve.
//
// Reads: any thread. Each one, and each cursor and snapshot until it is gone, keeps the store that it began on; that costs two counts in a
// cache line of its own. Writes and the exchange: one thread, the writer's.

#include <array>
#include <atomic>
#include <chrono>
#include <memory>

#include "domain/view_store.h"

namespace dialin::projections {

class SwitchedStore : public ViewStore {
 public:
  explicit SwitchedStore(std::unique_ptr<ViewStore> store);
  ~SwitchedStore() override;
  SwitchedStore(const SwitchedStore&) = delete;
  SwitchedStore& operator=(const SwitchedStore&) = delete;

  /// From now on `next` is read and written, which must hold what the other one holds. Nothing may be gathered in a batch. The other
  /// one stays open until let_go(), which must have succeeded before the next exchange.
  void switch_to(std::unique_ptr<ViewStore> next);
  /// Closes the store that was exchanged when nobody reads it any more; false when that takes longer than `most`. Not on a thread that
  /// reads, one thread at a time.
  bool let_go(std::chrono::milliseconds most);

  bool has(Family family) const override;
  bool get(Family family, std::string_view key, std::string& value) const override;
  std::unique_ptr<ViewCursor> cursor(Family family, std::string_view prefix) const override;
  std::unique_ptr<ViewReader> snapshot() const override;
  std::unique_ptr<ViewBatch> batch() override;
  Result<void, StoreError> apply(ViewBatch& batch) override;
  Result<void, StoreError> flush() override;
  bool resume() override;
  void forget_idempotency_before(std::int64_t us) override;
  void tell_figures(const TellFigure& tell) const override;

 private:
  class Batch;
  class Cursor;
  class Snapshot;
  /// That somebody reads one of the two stores.
  class Lease;
  using Place = unsigned;  ///< of a store: 0 or 1

  static constexpr std::size_t kCacheLineBytes = 64;
  /// A thread counts at one place, which it shares only when there are more threads than places.
  static constexpr std::size_t kCountsMax = 32;
  struct alignas(kCacheLineBytes) Counts {
    std::array<std::atomic<std::uint64_t>, 2> readers{};  ///< of each store
  };

  Counts& counts_of_this_thread() const;
  ViewStore& current() const { return *stores_[current_.load(std::memory_order_relaxed)]; }
  bool is_read(Place place) const;

  std::array<std::unique_ptr<ViewStore>, 2> stores_;
  std::atomic<Place> current_{0};
  mutable std::array<Counts, kCountsMax> counts_;
};

}  // namespace dialin::projections
