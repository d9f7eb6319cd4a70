#pragma once
// The text of all figures, made anew for who asks for it, but for so often only: it takes half a millisecond, and anybody may ask, without
// a key. Any thread.

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace dialin::telemetry {

class ExposedText {
 public:
  using Clock = std::chrono::steady_clock;
  /// One in this time, and a few at once after a pause; who asks more often is given the last one again, which is no older than this.
  /// While one is made, whoever else asks waits, and with him all of his io thread.
  static constexpr std::chrono::milliseconds kInterval{100};
  static constexpr int kAtOnceMax = 4;

  explicit ExposedText(std::function<std::string()> make) : make_(std::move(make)) {}

  /// Throws what making it throws.
  std::shared_ptr<const std::string> text(Clock::time_point now);

 private:
  const std::function<std::string()> make_;
  std::mutex mutex_;
  std::shared_ptr<const std::string> last_;
  Clock::time_point paid_{};  ///< each that was made takes an interval of what has passed
};

}  // namespace dialin::telemetry
