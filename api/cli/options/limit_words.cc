#include "api/cli/options/limit_words.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "api/http/rate_limit.h"

namespace dialin::cli {
namespace {

using http::RateWindow;
using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  milliseconds length;
};
constexpr std::array kUnits = {Unit{"ms", milliseconds(1)}, Unit{"s", std::chrono::seconds(1)}, Unit{"m", std::chrono::minutes(1)},
                               Unit{"h", std::chrono::hours(1)}};

/// A number of 1 to `most` at the beginning of `text`, which is taken off.
std::optional<std::uint64_t> take_number(std::string_view& text, std::uint64_t most) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number == 0 || number > most) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::optional<milliseconds> length_of(std::string_view text) {
  constexpr auto kMost = static_cast<std::uint64_t>(RateWindow::kLengthMax.count());
  const auto count = take_number(text, kMost);
  const auto unit = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& each) { return each.name == text; });
  if (!count || unit == kUnits.end() || *count > kMost / static_cast<std::uint64_t>(unit->length.count())) return std::nullopt;
  return unit->length * *count;
}

Result<RateWindow, NotWindows> window_of(std::string_view text) {
  const std::string named = "'" + std::string(text) + "' ";
  RateWindow window;
  const auto count = take_number(text, RateWindow::kRequestsMax);
  if (!count || !text.starts_with('/'))
    return NotWindows{named + "must begin with a count of 1 to " + std::to_string(RateWindow::kRequestsMax) + " and a slash"};
  window.requests = *count;
  const auto length = length_of(text.substr(1));
  if (!length) return NotWindows{named + "must end with a time of 1ms to 24h, its unit one of ms, s, m, h"};
  window.length = *length;
  return window;
}

}  // namespace

Result<std::vector<RateWindow>, NotWindows> parse_rate_windows(std::string_view text) {
  std::vector<RateWindow> windows;
  if (text == "off") return windows;
  while (true) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const auto window = window_of(text.substr(0, comma));
    if (!window) return window.error();
    for (const RateWindow& other : windows) {
      if (other.length == window->length) return NotWindows{"'" + std::string(text.substr(0, comma)) + "' has the time of another one"};
    }
    windows.push_back(*window);
    if (windows.size() > http::RateLimit::kWindowsMax)
      return NotWindows{"there are more than " + std::to_string(http::RateLimit::kWindowsMax) + " windows"};
    if (comma == text.size()) return windows;
    text.remove_prefix(comma + 1);
  }
}

LimitWords::LimitWords(CommandLine& line) : line_(line) {
  line.option("--rate-limit", rate_limit_, "COUNT/TIME,…: requests of each API key at most, as in 20/1s,100/5s; one more is answered 429");
  line.option("--failed-keys", failed_keys_,
              "COUNT/TIME: requests without a good key from each address that are told so; more are answered 429 and cut off");
}

std::string LimitWords::read(LimitOptions& limits) const {
  // The last one would hold alone, where somebody meant both.
  if (line_.times_typed("--rate-limit") > 1)
    return "--rate-limit is given more than once: all windows stand in one value, as in 20/1s,100/5s";
  auto windows = parse_rate_windows(rate_limit_);
  if (!windows) return "--rate-limit must be COUNT/TIME,… as in 20/1s,100/5s, or off: " + windows.error().why;
  limits.rate_limit = std::move(*windows);
  const auto failed = parse_rate_windows(failed_keys_);
  if (!failed) return "--failed-keys must be COUNT/TIME as in 50/10s, or off: " + failed.error().why;
  if (failed->size() > 1) return "--failed-keys has one window, such as 50/10s";
  if (!failed->empty()) limits.failed_keys = failed->front();
  return {};
}

}  // namespace dialin::cli
