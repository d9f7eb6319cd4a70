#include "infra/storage/database.h"

#include <rocksdb/cache.h>
#include <rocksdb/compaction_filter.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <sys/resource.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "infra/storage/spoken_log.h"
#include "infra/storage/status.h"
#include "infra/storage/table_turns.h"

namespace dialin::storage {
namespace {

constexpr std::size_t kOpenFilesMax = 1024;  // of 64 MB each at the lowest level
constexpr std::size_t kOpenFilesLeast = 20;  // RocksDB takes no less
constexpr std::size_t kPartOfDescriptors = 8;
constexpr std::uint64_t kForgetEvery_s = 12 * 3600;
/// What a family takes of the write buffers for its first change; the default of 1 MB would fill them with emptiness.
constexpr std::size_t kArenaBlockBytes = 64 * 1024;
constexpr double kBloomBits = 10;
/// A table is not left to one sync at its end: what the log syncs meanwhile would wait behind all of it.
constexpr std::uint64_t kSyncEveryBytes = 1024 * 1024;
/// Loading stacks runs; a log so long that this many pile up pays for merging them on the way. Serving begins with the stack and merges it
/// beside its work, so it must not be slowed down by as many.
constexpr int kRunsMax = 64;
constexpr int kRunsThatSlowWrites = 2 * kRunsMax;
constexpr int kRunsThatStopWrites = 4 * kRunsMax;

std::size_t descriptors_of_process() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::numeric_limits<std::size_t>::max();
  return static_cast<std::size_t>(limit.rlim_cur);
}

rocksdb::DBOptions database_options(const RocksStoreOptions& options) {
  rocksdb::DBOptions result;
  result.create_if_missing = true;
  result.create_missing_column_families = true;    // of a new database: one that is there is opened with what it has
  result.atomic_flush = true;                      // position and all else reach the disk together: there is no log to make up for it
  result.allow_concurrent_memtable_write = false;  // one thread writes
  result.avoid_unnecessary_blocking_io = true;     // a reader never deletes files
  result.db_write_buffer_size = options.write_buffers_bytes;
  result.max_open_files = static_cast<int>(open_files_max(descriptors_of_process(), 1));
  result.max_background_jobs = 2;
  result.bytes_per_sync = kSyncEveryBytes;
  result.strict_bytes_per_sync = true;
  result.max_bgerror_resume_count = 0;  // resume() is the only way back (background_errors.h)
  result.info_log = log_to(options.say);
  result.stats_dump_period_sec = 0;
  result.stats_persist_period_sec = 0;
  result.avoid_flush_during_shutdown = true;  // the store has flushed; a load that is cut short is thrown away
  return result;
}

bool is_asked_by_whole_key(Family family) {
  return family == Family::configs || family == Family::numbers || family == Family::history || family == Family::idempotency;
}

/// All of a new database, those that are there of an old one.
std::vector<std::string> families_in(const rocksdb::DBOptions& options, const std::string& dir) {
  std::vector<std::string> names;
  if (options.env->FileExists(dir + "/CURRENT").ok()) {
    require_ok(rocksdb::DB::ListColumnFamilies(options, dir, &names), "opening the views in " + dir);
    return names;
  }
  names.push_back(rocksdb::kDefaultColumnFamilyName);
  for (std::size_t i = 0; i < kFamilyCount; ++i) names.emplace_back(name_of(static_cast<Family>(i)));
  return names;
}

std::optional<Family> family_named(std::string_view name) {
  for (std::size_t i = 0; i < kFamilyCount; ++i) {
    if (name_of(static_cast<Family>(i)) == name) return static_cast<Family>(i);
  }
  return std::nullopt;
}

}  // namespace

std::size_t open_files_max(std::size_t descriptors, std::size_t stores) {
  const std::size_t counted = std::min(descriptors, kOpenFilesMax * kPartOfDescriptors);
  return std::max(stores * counted / kPartOfDescriptors, stores * kOpenFilesLeast);
}

rocksdb::ColumnFamilyOptions Database::options_of(Family family, Use use) const {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache_;
  table.format_version = 5;
  if (is_asked_by_whole_key(family)) table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBits));

  rocksdb::ColumnFamilyOptions result;
  result.compression = rocksdb::kNoCompression;
  // Only what has settled: the upper level is written and merged all the time. The other families hold ids and numbers.
  if (family == Family::configs) result.compression_per_level = {rocksdb::kNoCompression, rocksdb::kLZ4Compression};
  result.arena_block_size = kArenaBlockBytes;
  result.table_properties_collector_factories.push_back(giving_way_in_tables());
  result.max_write_buffer_number = 3;  // one fills, one is written, one waits
  if (family == Family::idempotency) {
    result.compaction_filter = forgetting_.get();
    result.periodic_compaction_seconds = kForgetEvery_s;
  }
  if (use == Use::load) result.level0_file_num_compaction_trigger = kRunsMax;
  result.level0_slowdown_writes_trigger = kRunsThatSlowWrites;
  result.level0_stop_writes_trigger = kRunsThatStopWrites;
  result.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return result;
}

Database::Database(const std::string& dir, Use use, const RocksStoreOptions& options)
    : errors_(std::make_shared<BackgroundErrors>()),
      horizon_(std::make_shared<Horizon>(0)),
      forgetting_(filter_below(horizon_)),
      cache_(rocksdb::NewLRUCache(options.cache_bytes)) {
  rocksdb::DBOptions database = database_options(options);
  database.listeners.push_back(listener_to(errors_));

  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : families_in(database, dir)) {
    const auto family = family_named(name);
    families.emplace_back(name, family ? options_of(*family, use) : rocksdb::ColumnFamilyOptions());
  }
  const rocksdb::Status opened = use == Use::look ? rocksdb::DB::OpenForReadOnly(database, dir, families, &handles_, &db_)
                                                  : rocksdb::DB::Open(database, dir, families, &handles_, &db_);
  require_ok(opened, "opening the views in " + dir);
  for (rocksdb::ColumnFamilyHandle* handle : handles_) {
    const auto family = family_named(handle->GetName());
    if (!family) continue;
    families_[static_cast<std::size_t>(*family)] = handle;
    known_.push_back(handle);
  }
}

Database::~Database() {
  for (rocksdb::ColumnFamilyHandle* handle : handles_) static_cast<void>(db_->DestroyColumnFamilyHandle(handle));
  static_cast<void>(db_->Close());
  delete db_;
}

}  // namespace dialin::storage
