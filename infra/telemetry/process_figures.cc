#include "infra/telemetry/process_figures.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace dialin::telemetry {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDescriptors = "/proc/self/fd";
constexpr double kBlockBytes = 512;  // of st_blocks, stat(2)

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}
double seconds(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::optional<ProcessStat> stat_of_this_process() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  return std::getline(file, line) ? read_stat(line) : std::nullopt;
}

/// Linux tells it as the size of the directory since 6.2; before, all of them have to be counted, this look at them too.
std::optional<double> open_descriptors() {
  struct stat is {};
  if (::stat(kDescriptors, &is) == 0 && is.st_size > 0) return static_cast<double>(is.st_size);
  return entries_in(kDescriptors);
}

std::optional<double> descriptors_max() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
  return static_cast<double>(limit.rlim_cur);
}

std::optional<double> cpu_seconds() {
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) != 0) return std::nullopt;
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// By the clock of now: when that is set, so is this.
std::optional<double> start_seconds() {
  const auto stat = stat_of_this_process();
  if (!stat) return std::nullopt;
  const double age = seconds(CLOCK_BOOTTIME) - static_cast<double>(stat->start_ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  return seconds(CLOCK_REALTIME) - age;
}

std::optional<double> bytes_in(const std::string& dir) {
  std::error_code error;
  double bytes = 0;
  for (fs::directory_iterator entry(dir, error); !error && entry != fs::directory_iterator(); entry.increment(error)) {
    struct stat is {};
    // One that has gone meanwhile takes no room.
    if (::lstat(entry->path().c_str(), &is) == 0 && S_ISREG(is.st_mode)) bytes += static_cast<double>(is.st_blocks) * kBlockBytes;
  }
  if (error) return std::nullopt;
  return bytes;
}

void tell_disk(const std::string& data, const TellFigure& tell) {
  struct statvfs disk {};
  const bool is_told = ::statvfs(data.c_str(), &disk) == 0;
  const auto bytes = [&](fsblkcnt_t blocks) {
    return is_told ? std::optional(static_cast<double>(blocks) * static_cast<double>(disk.f_frsize)) : std::nullopt;
  };
  tell(LookedFigure::disk_free_bytes, bytes(disk.f_bavail));
  tell(LookedFigure::disk_total_bytes, bytes(disk.f_blocks));
  tell(LookedFigure::log_bytes, bytes_in(data + "/log"));
}

}  // namespace

std::optional<ProcessStat> read_stat(std::string_view line) {
  const std::size_t name_end = line.rfind(')');
  if (name_end == std::string_view::npos) return std::nullopt;
  constexpr std::size_t kFirst = 3, kThreads = 20, kStart = 22, kVirtual = 23, kResident = 24;  // as proc(5) numbers them
  std::array<std::uint64_t, kResident + 1> fields{};
  std::string_view rest = line.substr(name_end + 1);
  for (std::size_t field = kFirst; field <= kResident; ++field) {
    const std::size_t begin = rest.find_first_not_of(' ');
    if (begin == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(begin);
    const std::string_view word = rest.substr(0, rest.find(' '));
    const bool is_wanted = field == kThreads || field >= kStart;
    if (is_wanted && std::from_chars(word.data(), word.data() + word.size(), fields[field]).ptr != word.data() + word.size())
      return std::nullopt;
    rest.remove_prefix(word.size());
  }
  return ProcessStat{fields[kThreads], fields[kStart], fields[kVirtual], fields[kResident]};
}

std::optional<double> entries_in(const std::string& dir) {
  std::error_code error;
  double count = 0;
  for (fs::directory_iterator entry(dir, error); !error && entry != fs::directory_iterator(); entry.increment(error)) ++count;
  if (error) return std::nullopt;
  return count;
}

FigureSource process_figures() {
  return [started = start_seconds(), page_bytes = ::sysconf(_SC_PAGESIZE)](const TellFigure& tell) {
    const auto stat = stat_of_this_process();
    const auto of_stat = [&](auto member, double unit) {
      return stat ? std::optional(static_cast<double>((*stat).*member) * unit) : std::nullopt;
    };
    tell(LookedFigure::process_cpu_seconds, cpu_seconds());
    tell(LookedFigure::process_open_descriptors, open_descriptors());
    tell(LookedFigure::process_descriptors_max, descriptors_max());
    tell(LookedFigure::process_resident_bytes, of_stat(&ProcessStat::resident_pages, static_cast<double>(page_bytes)));
    tell(LookedFigure::process_virtual_bytes, of_stat(&ProcessStat::virtual_bytes, 1));
    tell(LookedFigure::process_start_seconds, started);
    tell(LookedFigure::process_threads, of_stat(&ProcessStat::threads, 1));
  };
}

FigureSource disk_figures(std::string data) {
  return [data = std::move(data)](const TellFigure& tell) { tell_disk(data, tell); };
}

}  // namespace dialin::telemetry
