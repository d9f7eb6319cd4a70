#pragma once
// The text of all figures, made anew for who asks for it, but for so often only: it takes half a millisecond, and anybody may ask, without
// a key. Any thread.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace dialin::telemetry {

class ExposedText {
 public:
  using Clock = std::chrono::steady_clock;
  /// In kSpan; who asks more often is given the last one again, which is no older than kSpan.
  static constexpr std::uint32_t kMadeMax = 100;
  static constexpr std::chrono::seconds kSpan{1};

  explicit ExposedText(std::function<std::string()> make) : make_(std::move(make)) {}

  /// Throws what making it throws.
  std::shared_ptr<const std::string> text(Clock::time_point now);

 private:
  const std::function<std::string()> make_;
  std::mutex mutex_;
  std::shared_ptr<const std::string> last_;
  Clock::time_point span_began_{};
  std::uint32_t made_ = 0;  ///< since then
};

}  // namespace dialin::telemetry
