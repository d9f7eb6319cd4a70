#include "infra/storage/store_figures.h"

#include <rocksdb/db.h>

#include <algorithm>
#include <charconv>

namespace dialin::storage {
namespace {

using Properties = rocksdb::DB::Properties;
using Value = std::optional<double>;

/// Of all families together.
Value sum_of(const Database& database, const std::string& property) {
  std::uint64_t value = 0;
  if (!database.db().GetAggregatedIntProperty(property, &value)) return std::nullopt;
  return static_cast<double>(value);
}

/// Of the database, or of what its families share.
Value value_of(const Database& database, const std::string& property) {
  std::uint64_t value = 0;
  if (!database.db().GetIntProperty(property, &value)) return std::nullopt;
  return static_cast<double>(value);
}

std::optional<std::uint64_t> tables_at(const Database& database, rocksdb::ColumnFamilyHandle* family, int level) {
  std::string text;
  if (!database.db().GetProperty(family, Properties::kNumFilesAtLevelPrefix + std::to_string(level), &text)) return std::nullopt;
  std::uint64_t count = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), count).ec != std::errc()) return std::nullopt;
  return count;
}

void tell_tables(const Database& database, const TellFigure& tell) {
  std::uint64_t all = 0;
  std::uint64_t first_level = 0;
  bool is_known = true;
  for (rocksdb::ColumnFamilyHandle* family : database.families()) {
    for (int level = 0; level < database.db().NumberLevels(family); ++level) {
      const auto count = tables_at(database, family, level);
      is_known = is_known && count;
      all += count.value_or(0);
      if (level == 0) first_level = std::max(first_level, count.value_or(0));
    }
  }
  tell(LookedFigure::store_tables, is_known ? Value(static_cast<double>(all)) : std::nullopt);
  tell(LookedFigure::store_first_level_tables, is_known ? Value(static_cast<double>(first_level)) : std::nullopt);
}

}  // namespace

void tell_figures(const Database& database, const TellFigure& tell) {
  // The default family has a cache of its own, which nobody uses.
  std::uint64_t used = 0;
  std::uint64_t most = 0;
  rocksdb::ColumnFamilyHandle* any = database.families().front();
  const bool has_used = database.db().GetIntProperty(any, Properties::kBlockCacheUsage, &used);
  const bool has_most = database.db().GetIntProperty(any, Properties::kBlockCacheCapacity, &most);
  tell(LookedFigure::store_cache_bytes, has_used ? Value(static_cast<double>(used)) : std::nullopt);
  tell(LookedFigure::store_cache_max_bytes, has_most ? Value(static_cast<double>(most)) : std::nullopt);
  tell(LookedFigure::store_memtable_bytes, sum_of(database, Properties::kCurSizeAllMemTables));
  tell(LookedFigure::store_table_reader_bytes, sum_of(database, Properties::kEstimateTableReadersMem));
  tell(LookedFigure::store_table_bytes, sum_of(database, Properties::kLiveSstFilesSize));
  tell_tables(database, tell);
  tell(LookedFigure::store_pending_compaction_bytes, sum_of(database, Properties::kEstimatePendingCompactionBytes));
  tell(LookedFigure::store_running_compactions, value_of(database, Properties::kNumRunningCompactions));
  tell(LookedFigure::store_running_flushes, value_of(database, Properties::kNumRunningFlushes));
  tell(LookedFigure::store_writes_stopped, value_of(database, Properties::kIsWriteStopped));
  tell(LookedFigure::store_delayed_write_rate, value_of(database, Properties::kActualDelayedWriteRate));
  tell(LookedFigure::store_background_errors, sum_of(database, Properties::kBackgroundErrors));
}

}  // namespace dialin::storage
