#include "infra/storage/bulk_store.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "infra/storage/chunk_writer.h"
#include "infra/storage/reader.h"
#include "infra/storage/status.h"

namespace dialin::storage {
namespace {

rocksdb::Slice slice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

/// Few keys, changed all the time and read back: these go the usual way.
bool is_read_back(Family family) {
  return family == Family::counts || family == Family::meta;
}

class BulkBatch : public ViewBatch {
 public:
  explicit BulkBatch(const Database& database) : database_(database) {}
  void put(Family family, std::string_view key, std::string_view value) override {
    if (is_read_back(family)) {
      require_ok(few.Put(database_.family(family), slice(key), slice(value)), "gathering changes");
    } else {
      many->add(family, key, value, false);
    }
  }
  void remove(Family family, std::string_view key) override {
    if (is_read_back(family)) {
      require_ok(few.Delete(database_.family(family), slice(key)), "gathering changes");
    } else {
      many->add(family, key, {}, true);
    }
  }
  void clear() {
    few.Clear();
    many = std::make_unique<Changes>();
  }

  rocksdb::WriteBatch few;
  std::unique_ptr<Changes> many = std::make_unique<Changes>();

 private:
  const Database& database_;
};

class BulkStore : public ViewStore {
 public:
  BulkStore(const std::string& dir, const BulkStoreOptions& options)
      : chunk_bytes_(options.chunk_bytes), database_(dir, Database::Use::load, {}), writer_(database_, dir) {}

  bool has(Family family) const override { return database_.family(family) != nullptr; }
  bool get(Family family, std::string_view key, std::string& value) const override {
    if (!is_read_back(family)) refuse_reading();
    return storage::get(database_, nullptr, family, key, value);
  }
  std::unique_ptr<ViewCursor> cursor(Family, std::string_view) const override { refuse_reading(); }
  std::unique_ptr<ViewReader> snapshot() const override { refuse_reading(); }
  std::unique_ptr<ViewBatch> batch() override { return std::make_unique<BulkBatch>(database_); }

  Result<void, StoreError> apply(ViewBatch& batch) override {
    auto& changes = static_cast<BulkBatch&>(batch);
    rocksdb::WriteOptions options;
    options.disableWAL = true;
    const rocksdb::Status status = database_.db().Write(options, &changes.few);
    if (status.ok()) chunk_.add(std::move(changes.many));
    changes.clear();
    if (!status.ok()) return store_error(status);
    return chunk_.bytes() < chunk_bytes_ ? Result<void, StoreError>() : hand_over();
  }

  Result<void, StoreError> flush() override {
    if (const auto written = hand_over(); !written) return written;
    if (const auto finished = writer_.finish(); !finished) return finished;
    const rocksdb::Status status = database_.db().Flush(rocksdb::FlushOptions(), database_.families());
    if (!status.ok()) return store_error(status);
    return {};
  }

  /// A load that failed is to be thrown away.
  bool resume() override { return false; }
  void forget_idempotency_before(std::int64_t us) override { database_.horizon().store(us); }

 private:
  [[noreturn]] static void refuse_reading() { throw StoreFailure("a store that is being loaded cannot be read"); }

  Result<void, StoreError> hand_over() {
    Chunk full;
    std::swap(full, chunk_);
    return full.empty() ? Result<void, StoreError>() : writer_.write(std::move(full));
  }

  std::size_t chunk_bytes_;
  Chunk chunk_;
  Database database_;
  ChunkWriter writer_;  // uses the database, so it goes first
};

}  // namespace

std::unique_ptr<ViewStore> make_bulk_store(const std::string& dir, const BulkStoreOptions& options) {
  return std::make_unique<BulkStore>(dir, options);
}

}  // namespace dialin::storage
