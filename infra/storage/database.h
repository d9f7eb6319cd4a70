#pragma once
// An open RocksDB database with a column family per Family, and how each of them is tuned. What the stores of this room stand on.
//
// A new database has all families. One that is there already is opened with those that it has, so that an older program's can be read
// and written as it is, and a newer one's can be asked which it is.

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "infra/storage/background_errors.h"
#include "infra/storage/idempotency_horizon.h"
#include "infra/storage/rocks_store.h"

namespace rocksdb {
class Cache;
class ColumnFamilyHandle;
class DB;
struct ColumnFamilyOptions;
}  // namespace rocksdb

namespace dialin::storage {

class Database {
 public:
  enum class Use : std::uint8_t {
    serve,  ///< changes one by one, read by many
    load,   ///< table files come ready-made; compaction waits for later
    look,   ///< only read, also beside a process that serves from it
  };
  /// Opens or, but to look, creates. Throws StoreFailure.
  Database(const std::string& dir, Use use, const RocksStoreOptions& options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  rocksdb::DB& db() const { return *db_; }
  /// Null when the database has none.
  rocksdb::ColumnFamilyHandle* family(Family family) const { return families_[static_cast<std::size_t>(family)]; }
  /// Those that it has, of those that are known.
  const std::vector<rocksdb::ColumnFamilyHandle*>& families() const { return known_; }

  /// How a family is tuned; also for tables that are written beside the database.
  rocksdb::ColumnFamilyOptions options_of(Family family, Use use) const;

  BackgroundErrors& errors() const { return *errors_; }
  Horizon& horizon() const { return *horizon_; }

 private:
  std::shared_ptr<BackgroundErrors> errors_;
  std::shared_ptr<Horizon> horizon_;
  std::shared_ptr<rocksdb::CompactionFilter> forgetting_;  // RocksDB only borrows it
  std::shared_ptr<rocksdb::Cache> cache_;
  rocksdb::DB* db_ = nullptr;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilyCount> families_{};
  std::vector<rocksdb::ColumnFamilyHandle*> known_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;  // with the default one, which RocksDB insists on, and those of a newer program
};

}  // namespace dialin::storage
