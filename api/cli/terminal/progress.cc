#include "api/cli/terminal/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace dialin::cli {
namespace {

constexpr std::chrono::milliseconds kFirst{500};
constexpr std::chrono::milliseconds kEvery{100};
/// Below that, what is left is a guess that jumps.
constexpr double kShareToGuess = 0.01;
constexpr double kLeft_s_max = 100 * 3600;

std::string with_commas(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (std::size_t at = 0; at < digits.size(); ++at) {
    if (at > 0 && (digits.size() - at) % 3 == 0) text += ',';
    text += digits[at];
  }
  return text;
}

std::string span(double seconds) {
  const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + std::to_string(whole % 3600 / 60) + " min";
}

}  // namespace

std::string progress_line(double share, std::uint64_t done, const std::string& unit, std::chrono::duration<double> elapsed) {
  const bool is_known = share >= 0;
  share = std::clamp(share, 0.0, 1.0);
  const int percent = static_cast<int>(share * 100);
  const std::string_view indent = percent < 10 ? "  " : percent < 100 ? " " : "";
  const double rate = elapsed.count() > 0 ? static_cast<double>(done) / elapsed.count() : 0;
  std::string line = is_known ? std::string(indent) + std::to_string(percent) + " %  " : "";
  line += with_commas(done) + ' ' + unit + "  " + with_commas(static_cast<std::uint64_t>(rate)) + "/s";
  if (share < kShareToGuess) return line;
  const double left_s = elapsed.count() * (1 - share) / share;
  return left_s > kLeft_s_max ? line : line + "  " + span(left_s) + " left";
}

Progress::Progress(std::string unit)
    : unit_(std::move(unit)), is_on_(::isatty(STDERR_FILENO) == 1), begun_(SteadyClock::now()), next_(begun_ + kFirst) {}

void Progress::show_now(double share, std::uint64_t done) {
  const auto now = SteadyClock::now();
  if (now < next_) return;
  next_ = now + kEvery;
  is_shown_ = true;
  const std::string line = "\r" + progress_line(share, done, unit_, now - begun_) + "\x1b[K";
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
}

void Progress::clear() {
  if (!std::exchange(is_shown_, false)) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
}

}  // namespace dialin::cli
