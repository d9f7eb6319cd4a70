#pragma once
// How much a stretch of time has room for: token buckets, by the generic cell rate algorithm, in which a bucket is one instant. Pure
// arithmetic on a time that is given. Whoever shares a bucket between threads guards it.

#include <chrono>
#include <cstdint>

namespace dialin::http {

/// A bucket of `requests` tokens that fills evenly in `length`: so many at once after a pause, and in the long run so many each `length`.
struct RateWindow {
  static constexpr std::uint64_t kRequestsMax = 1'000'000;
  static constexpr std::chrono::milliseconds kLengthMax{std::chrono::hours{24}};

  std::uint64_t requests = 1;              ///< 1 to kRequestsMax
  std::chrono::milliseconds length{1000};  ///< 1 ms to kLengthMax

  /// In which one token comes back. Rounded down, so that who keeps to the rate is never refused.
  std::chrono::nanoseconds interval() const { return std::chrono::nanoseconds(length) / requests; }
  friend bool operator==(const RateWindow&, const RateWindow&) = default;
};

class TokenBucket {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// How many tokens there are; a new bucket is full.
  std::uint64_t left(const RateWindow& window, Time now) const;
  /// Until there is one more than that; zero when the bucket is full.
  std::chrono::nanoseconds until_next(const RateWindow& window, Time now) const;
  /// There must be one left.
  void take(const RateWindow& window, Time now);
  /// As a new one: nothing is lost when it is forgotten.
  bool is_full(Time now) const { return full_at_ <= now; }

 private:
  Time full_at_{};
};

}  // namespace dialin::http
