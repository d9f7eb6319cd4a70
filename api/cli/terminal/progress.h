#pragma once
// How far long work is, on stderr: a line that is written over and over, at most ten times a second, and gone at the end. Only on a
// terminal: in files and pipes there is nothing of it. One thread.

#include <chrono>
#include <cstdint>
#include <string>

namespace dialin::cli {

class Progress {
 public:
  /// `unit`: of what, in the plural. Shown from half a second on, so that short work shows nothing.
  explicit Progress(std::string unit);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `share`: of all there is, from 0 to 1; below 0 when that is not known. Cheap: may be called for every record.
  void show(double share, std::uint64_t done) {
    if (is_on_ && ++calls_ % kCallsAtOnce == 0) show_now(share, done);
  }
  /// Before anything else is written to the terminal, and at the end.
  void clear();

 private:
  using SteadyClock = std::chrono::steady_clock;
  static constexpr std::uint64_t kCallsAtOnce = 16;
  void show_now(double share, std::uint64_t done);

  const std::string unit_;
  const bool is_on_;
  const SteadyClock::time_point begun_;
  SteadyClock::time_point next_;
  std::uint64_t calls_ = 0;
  bool is_shown_ = false;
};

/// ` 42 %  1,234,567 records  480,000/s  3 s left`, for work that began `elapsed` ago.
std::string progress_line(double share, std::uint64_t done, const std::string& unit, std::chrono::duration<double> elapsed);

}  // namespace dialin::cli
