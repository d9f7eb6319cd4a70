#pragma once
// The views' store in memory. A crash takes it back to some batch boundary behind the last flush, as RocksDB without a WAL and with atomic
// flushes does. One thread: nothing is written while a cursor is in use.

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/view_store.h"

namespace dialin::simulation {

class MemoryStore : public ViewStore {
 public:
  bool has(Family) const override { return true; }
  bool get(Family family, std::string_view key, std::string& value) const override;
  std::unique_ptr<ViewCursor> cursor(Family family, std::string_view prefix) const override;
  std::unique_ptr<ViewReader> snapshot() const override;
  std::unique_ptr<ViewBatch> batch() override;
  Result<void, StoreError> apply(ViewBatch& batch) override;
  Result<void, StoreError> flush() override;
  bool resume() override { return !is_full; }
  void forget_idempotency_before(std::int64_t) override {}

  /// Of all that stands in it: equal contents have equal digests, in whatever order and batches they came.
  std::uint64_t digest() const { return digest_; }
  /// Batches applied since the last flush.
  std::size_t unflushed() const { return boundaries_.size(); }
  /// Loses the last `batches` of the unflushed ones.
  void lose(std::size_t batches);

  bool is_full = false;

 private:
  class Batch;
  class Cursor;
  using Rows = std::map<std::string, std::string, std::less<>>;
  /// What stood there before a change.
  struct Undo {
    Family family;
    std::string key;
    std::optional<std::string> value;
  };
  void set(Family family, const std::string& key, const std::optional<std::string>& value);

  std::array<Rows, kFamilyCount> rows_;
  std::vector<Undo> undo_;
  std::vector<std::size_t> boundaries_;  ///< of each unflushed batch, where its part of undo_ begins
  std::uint64_t digest_ = 0;
};

}  // namespace dialin::simulation
