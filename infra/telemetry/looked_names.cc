#include "infra/telemetry/looked_names.h"

#include <cstdlib>

namespace dialin::telemetry {

// No default: a figure without a name does not compile.
MetricName name_of(LookedFigure figure) {
  switch (figure) {
    case LookedFigure::process_cpu_seconds:
      return {"process_cpu_seconds_total", "Processor time that the process has used, of user and system."};
    case LookedFigure::process_open_descriptors:
      return {"process_open_fds", "File descriptors that are open."};
    case LookedFigure::process_descriptors_max:
      return {"process_max_fds", "File descriptors that may be open."};
    case LookedFigure::process_resident_bytes:
      return {"process_resident_memory_bytes", "Memory that the process has in use."};
    case LookedFigure::process_virtual_bytes:
      return {"process_virtual_memory_bytes", "Addresses that the process has taken."};
    case LookedFigure::process_start_seconds:
      return {"process_start_time_seconds", "When the process was started, in seconds since 1970."};
    case LookedFigure::process_threads:
      return {"process_threads", "Threads of the process."};
    case LookedFigure::disk_free_bytes:
      return {"dialin_disk_free_bytes", "Room on the disk of the data directory, as far as this user may take it."};
    case LookedFigure::disk_total_bytes:
      return {"dialin_disk_total_bytes", "Size of the disk of the data directory."};
    case LookedFigure::log_bytes:
      return {"dialin_log_bytes", "What the log, or the copy of a log on Kafka, takes of the disk, with what is reserved ahead."};
    case LookedFigure::store_cache_bytes:
      return {"dialin_rocksdb_block_cache_bytes", "Blocks of the views' tables that are held in memory."};
    case LookedFigure::store_cache_max_bytes:
      return {"dialin_rocksdb_block_cache_max_bytes", "How much the block cache may hold."};
    case LookedFigure::store_memtable_bytes:
      return {"dialin_rocksdb_memtable_bytes", "Changes of the views that are in memory alone; the log has them."};
    case LookedFigure::store_table_reader_bytes:
      return {"dialin_rocksdb_table_readers_bytes", "Indexes and filters of open tables of the views."};
    case LookedFigure::store_table_bytes:
      return {"dialin_rocksdb_sst_bytes", "Tables of the views on the disk."};
    case LookedFigure::store_tables:
      return {"dialin_rocksdb_sst_files", "Table files of the views."};
    case LookedFigure::store_first_level_tables:
      return {"dialin_rocksdb_first_level_files",
              "Table files that nobody has merged yet: of the family that has most, as each is slowed down by its own."};
    case LookedFigure::store_pending_compaction_bytes:
      return {"dialin_rocksdb_pending_compaction_bytes", "What compaction has yet to rewrite, as RocksDB estimates it."};
    case LookedFigure::store_running_compactions:
      return {"dialin_rocksdb_running_compactions", "Compactions that run."};
    case LookedFigure::store_running_flushes:
      return {"dialin_rocksdb_running_flushes", "Flushes that run."};
    case LookedFigure::store_writes_stopped:
      return {"dialin_rocksdb_writes_stopped", "1 while RocksDB lets changes of the views wait until it has merged tables, else 0."};
    case LookedFigure::store_delayed_write_rate:
      return {"dialin_rocksdb_delayed_write_bytes_per_second", "What RocksDB slows changes of the views down to; 0 when it does not."};
    case LookedFigure::store_background_errors:
      return {"dialin_rocksdb_background_errors_total", "Flushes and compactions that failed; the line on stderr says why."};
  }
  std::abort();
}

}  // namespace dialin::telemetry
