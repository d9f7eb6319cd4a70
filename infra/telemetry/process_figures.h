#pragma once
// What the system says of this process, and of the disk that its data lie on. Any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/looked_figure.h"

namespace dialin::telemetry {

/// Of /proc/self/stat, proc(5).
struct ProcessStat {
  std::uint64_t threads = 0;
  std::uint64_t start_ticks = 0;  ///< since the machine started
  std::uint64_t virtual_bytes = 0;
  std::uint64_t resident_pages = 0;
};
/// Nothing: it is no line of that file. The name of a program may hold anything, brackets too.
std::optional<ProcessStat> read_stat(std::string_view line);

/// Entries of a directory; nothing when it cannot be read.
std::optional<double> entries_in(const std::string& dir);

FigureSource process_figures();
/// `data`: the data directory, with the log in `data`/log.
FigureSource disk_figures(std::string data);

}  // namespace dialin::telemetry
