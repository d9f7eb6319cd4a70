#include "infra/storage/rocks_store.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "infra/storage/database.h"
#include "infra/storage/reader.h"
#include "infra/storage/status.h"
#include "infra/storage/store_figures.h"

namespace dialin::storage {
namespace {

rocksdb::Slice slice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

constexpr std::chrono::seconds kFlushTimeMax{60};

class RocksBatch : public ViewBatch {
 public:
  explicit RocksBatch(const Database& database) : database_(database) {}
  void put(Family family, std::string_view key, std::string_view value) override {
    if (auto* handle = database_.family(family)) require_ok(changes.Put(handle, slice(key), slice(value)), "gathering changes");
  }
  void remove(Family family, std::string_view key) override {
    if (auto* handle = database_.family(family)) require_ok(changes.Delete(handle, slice(key)), "gathering changes");
  }

  rocksdb::WriteBatch changes;

 private:
  const Database& database_;
};

class RocksStore : public ViewStore {
 public:
  RocksStore(const std::string& dir, const RocksStoreOptions& options)
      : flush_after_changes_(options.flush_after_changes), database_(dir, Database::Use::serve, options) {}

  ~RocksStore() override {
    static_cast<void>(flush(true));  // what that cannot save is replayed
  }
  RocksStore(const RocksStore&) = delete;
  RocksStore& operator=(const RocksStore&) = delete;

  bool has(Family family) const override { return database_.family(family) != nullptr; }
  bool get(Family family, std::string_view key, std::string& value) const override {
    return storage::get(database_, nullptr, family, key, value);
  }
  std::unique_ptr<ViewCursor> cursor(Family family, std::string_view prefix) const override {
    return storage::cursor(database_, nullptr, family, prefix);
  }
  std::unique_ptr<ViewReader> snapshot() const override { return snapshot_reader(database_); }
  std::unique_ptr<ViewBatch> batch() override { return std::make_unique<RocksBatch>(database_); }

  Result<void, StoreError> apply(ViewBatch& batch) override {
    rocksdb::WriteBatch& changes = static_cast<RocksBatch&>(batch).changes;
    rocksdb::WriteOptions options;
    options.disableWAL = true;
    const rocksdb::Status status = database_.db().Write(options, &changes);
    if (status.ok()) unflushed_changes_ += changes.Count();
    changes.Clear();
    if (!status.ok()) return failure(status);
    // A flush that fails shows in the next apply(), through database_.errors().
    if (unflushed_changes_ >= flush_after_changes_) static_cast<void>(flush(false));
    return {};
  }

  Result<void, StoreError> flush() override { return flush(true); }

  bool resume() override {
    if (!database_.db().Resume().ok()) return false;
    database_.errors().forget();
    return true;
  }

  void forget_idempotency_before(std::int64_t us) override { database_.horizon().store(us); }
  void tell_figures(const TellFigure& tell) const override { storage::tell_figures(database_, tell); }

 private:
  Result<void, StoreError> flush(bool wait) {
    rocksdb::FlushOptions options;
    options.wait = wait;
    options.allow_write_stall = !wait;  // else even asking may wait
    const rocksdb::Status status = database_.db().Flush(options, database_.families());
    if (!status.ok()) return failure(status);
    unflushed_changes_ = 0;
    return wait ? wait_until_flushed() : Result<void, StoreError>();
  }

  /// Flush() has already waited, but after a Resume() RocksDB 7.8 says OK as soon as flushing has begun.
  Result<void, StoreError> wait_until_flushed() const {
    const auto deadline = std::chrono::steady_clock::now() + kFlushTimeMax;
    while (!is_flushed()) {
      if (const auto error = database_.errors().last()) return *error;
      if (std::chrono::steady_clock::now() > deadline) return StoreError::failed;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return {};
  }

  bool is_flushed() const {
    return std::all_of(database_.families().begin(), database_.families().end(), [&](rocksdb::ColumnFamilyHandle* family) {
      std::uint64_t waiting = 0;
      return database_.db().GetIntProperty(family, rocksdb::DB::Properties::kNumImmutableMemTable, &waiting) && waiting == 0;
    });
  }

  /// RocksDB refuses writes after a failure in the background, not always with that failure's own status.
  StoreError failure(const rocksdb::Status& status) const {
    const auto in_background = database_.errors().last();
    const StoreError now = store_error(status);
    return in_background && now != StoreError::no_space ? *in_background : now;
  }

  std::size_t flush_after_changes_;
  std::size_t unflushed_changes_ = 0;
  Database database_;
};

class RocksReader : public ViewStore {
 public:
  explicit RocksReader(const std::string& dir) : database_(dir, Database::Use::look, {}) {}
  bool has(Family family) const override { return database_.family(family) != nullptr; }
  bool get(Family family, std::string_view key, std::string& value) const override {
    return storage::get(database_, nullptr, family, key, value);
  }
  std::unique_ptr<ViewCursor> cursor(Family family, std::string_view prefix) const override {
    return storage::cursor(database_, nullptr, family, prefix);
  }
  std::unique_ptr<ViewReader> snapshot() const override { return snapshot_reader(database_); }

  std::unique_ptr<ViewBatch> batch() override { return std::make_unique<RocksBatch>(database_); }
  Result<void, StoreError> apply(ViewBatch& batch) override {
    static_cast<RocksBatch&>(batch).changes.Clear();
    return StoreError::failed;
  }
  Result<void, StoreError> flush() override { return {}; }  // there is nothing to make durable
  bool resume() override { return false; }
  void forget_idempotency_before(std::int64_t) override {}
  void tell_figures(const TellFigure& tell) const override { storage::tell_figures(database_, tell); }

 private:
  Database database_;
};

}  // namespace

std::unique_ptr<ViewStore> open_rocks_reader(const std::string& dir) {
  return std::make_unique<RocksReader>(dir);
}

std::unique_ptr<ViewStore> open_rocks_store(const std::string& dir, const RocksStoreOptions& options) {
  return std::make_unique<RocksStore>(dir, options);
}

}  // namespace dialin::storage
