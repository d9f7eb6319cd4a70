#pragma once
// Figures for operators that stand somewhere already, and are looked up when somebody asks for them (GET /metrics): so that they cost
// nothing in between. Told by whoever has them; named in infra/telemetry/looked_names.cc.

#include <cstdint>
#include <functional>
#include <optional>

namespace dialin {

enum class LookedFigure : std::uint8_t {
  process_cpu_seconds,
  process_open_descriptors,
  process_descriptors_max,
  process_resident_bytes,
  process_virtual_bytes,
  process_start_seconds,  ///< since 1970
  process_threads,
  disk_free_bytes,  ///< for the user that the process runs as
  disk_total_bytes,
  log_bytes,
  store_cache_bytes,
  store_cache_max_bytes,
  store_memtable_bytes,
  store_table_reader_bytes,
  store_table_bytes,
  store_tables,
  store_first_level_tables,
  store_pending_compaction_bytes,
  store_running_compactions,
  store_running_flushes,
  store_writes_stopped,
  store_delayed_write_rate,  ///< bytes a second; 0: writes are not delayed
  store_background_errors,
};

/// Nothing: it cannot be had now.
using TellFigure = std::function<void(LookedFigure figure, std::optional<double> value)>;
/// Tells figures of one kind. Any thread; must not take long, nor wait for who writes.
using FigureSource = std::function<void(const TellFigure& tell)>;

}  // namespace dialin
