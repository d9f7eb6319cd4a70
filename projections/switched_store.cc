#include "projections/switched_store.h"

#include <algorithm>
#include <thread>

#include "domain/invariant.h"

namespace dialin::projections {

// Counted first, then looked at again: when the store is still the current one, whoever exchanges it later sees the count. One that is
// counted at a store that was exchanged meanwhile has not touched it, and counts again. So the order of all four steps matters to all
// threads.
class SwitchedStore::Lease {
 public:
  explicit Lease(const SwitchedStore& of) : counts_(of.counts_of_this_thread()) {
    for (;;) {
      place_ = of.current_.load(std::memory_order_acquire);
      counts_.readers[place_].fetch_add(1, std::memory_order_seq_cst);
      if (of.current_.load(std::memory_order_seq_cst) == place_) break;
      counts_.readers[place_].fetch_sub(1, std::memory_order_release);
    }
    store_ = of.stores_[place_].get();
  }
  ~Lease() { counts_.readers[place_].fetch_sub(1, std::memory_order_release); }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  const ViewStore& store() const { return *store_; }

 private:
  Counts& counts_;
  Place place_ = 0;
  const ViewStore* store_ = nullptr;
};

class SwitchedStore::Cursor : public ViewCursor {
 public:
  Cursor(const SwitchedStore& of, Family family, std::string_view prefix) : lease_(of), cursor_(lease_.store().cursor(family, prefix)) {}
  void seek(std::string_view key) override { cursor_->seek(key); }
  void seek_before(std::string_view key) override { cursor_->seek_before(key); }
  bool valid() const override { return cursor_->valid(); }
  std::string_view key() const override { return cursor_->key(); }
  std::string_view value() const override { return cursor_->value(); }
  void next() override { cursor_->next(); }
  void previous() override { cursor_->previous(); }

 private:
  Lease lease_;  // goes last
  std::unique_ptr<ViewCursor> cursor_;
};

class SwitchedStore::Snapshot : public ViewReader {
 public:
  explicit Snapshot(const SwitchedStore& of) : lease_(of), snapshot_(lease_.store().snapshot()) {}
  bool get(Family family, std::string_view key, std::string& value) const override { return snapshot_->get(family, key, value); }
  std::unique_ptr<ViewCursor> cursor(Family family, std::string_view prefix) const override { return snapshot_->cursor(family, prefix); }

 private:
  Lease lease_;  // goes last
  std::unique_ptr<ViewReader> snapshot_;
};

/// Of the store that is current when the first change is put into it.
class SwitchedStore::Batch : public ViewBatch {
 public:
  explicit Batch(const SwitchedStore& of) : of_(of) {}
  void put(Family family, std::string_view key, std::string_view value) override { gathered().put(family, key, value); }
  void remove(Family family, std::string_view key) override { gathered().remove(family, key); }
  ViewBatch& gathered() {
    const Place place = of_.current_.load(std::memory_order_relaxed);
    if (!batch_) {
      batch_ = of_.stores_[place]->batch();
      place_ = place;
    }
    invariant(place_ == place, "a store is exchanged when nothing is gathered");
    return *batch_;
  }
  void forget() { batch_.reset(); }

 private:
  const SwitchedStore& of_;
  std::unique_ptr<ViewBatch> batch_;
  Place place_ = 0;
};

SwitchedStore::SwitchedStore(std::unique_ptr<ViewStore> store) {
  stores_[0] = std::move(store);
}

SwitchedStore::~SwitchedStore() {
  invariant(!is_read(0) && !is_read(1), "who reads a store goes before it");
}

void SwitchedStore::switch_to(std::unique_ptr<ViewStore> next) {
  const Place place = 1 - current_.load(std::memory_order_relaxed);
  invariant(!stores_[place], "a store is let go before the next exchange");
  stores_[place] = std::move(next);
  current_.store(place, std::memory_order_seq_cst);
}

bool SwitchedStore::let_go(std::chrono::milliseconds most) {
  constexpr std::chrono::milliseconds kLookAgain{5};
  const Place place = 1 - current_.load(std::memory_order_seq_cst);
  const auto deadline = std::chrono::steady_clock::now() + most;
  while (is_read(place)) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kLookAgain);
  }
  stores_[place].reset();
  return true;
}

bool SwitchedStore::is_read(Place place) const {
  return std::any_of(counts_.begin(), counts_.end(),
                     [&](const Counts& counts) { return counts.readers[place].load(std::memory_order_seq_cst) > 0; });
}

SwitchedStore::Counts& SwitchedStore::counts_of_this_thread() const {
  static std::atomic<std::size_t> threads{0};
  thread_local const std::size_t mine = threads.fetch_add(1, std::memory_order_relaxed) % kCountsMax;
  return counts_[mine];
}

bool SwitchedStore::has(Family family) const {
  return Lease(*this).store().has(family);
}
bool SwitchedStore::get(Family family, std::string_view key, std::string& value) const {
  return Lease(*this).store().get(family, key, value);
}
std::unique_ptr<ViewCursor> SwitchedStore::cursor(Family family, std::string_view prefix) const {
  return std::make_unique<Cursor>(*this, family, prefix);
}
std::unique_ptr<ViewReader> SwitchedStore::snapshot() const {
  return std::make_unique<Snapshot>(*this);
}
std::unique_ptr<ViewBatch> SwitchedStore::batch() {
  return std::make_unique<Batch>(*this);
}

Result<void, StoreError> SwitchedStore::apply(ViewBatch& batch) {
  auto& changes = static_cast<Batch&>(batch);
  const auto applied = current().apply(changes.gathered());
  changes.forget();
  return applied;
}

Result<void, StoreError> SwitchedStore::flush() {
  return current().flush();
}
bool SwitchedStore::resume() {
  return current().resume();
}
void SwitchedStore::forget_idempotency_before(std::int64_t us) {
  current().forget_idempotency_before(us);
}
void SwitchedStore::tell_figures(const TellFigure& tell) const {
  Lease(*this).store().tell_figures(tell);
}

}  // namespace dialin::projections
