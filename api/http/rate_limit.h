#pragma once
// How often a key may call: every window of `--rate-limit` has a bucket per API key, and a request takes a token from each or from none.
// Asked by the Api once a request's key is known. Buckets are found by the key's id, so that a reload of the keys changes nothing; a full
// one is as good as none and is forgotten, which bounds their number by the keys that called within the longest window. Any thread.

#include <array>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/http/token_bucket.h"

namespace dialin::http {

class RateLimit {
 public:
  using Time = TokenBucket::Time;
  static constexpr std::size_t kWindowsMax = 4;
  static constexpr std::size_t kForgetAt = 1024;  ///< buckets, or twice as many as were kept the last time

  /// At most kWindowsMax windows of different lengths; none: every request is within the limit.
  explicit RateLimit(std::vector<RateWindow> windows);

  struct Verdict {
    bool is_within = true;
    /// Complete lines for the answer: `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11), and `Retry-After` when
    /// the request is not within. Empty without windows.
    std::string headers;
  };
  Verdict take(const std::string& key_id, Time now);

  /// How many keys have a bucket.
  std::size_t buckets() const;

 private:
  using Buckets = std::array<TokenBucket, kWindowsMax>;
  Buckets& buckets_of(const std::string& key_id, Time now);
  bool has_room(const Buckets& buckets, Time now) const;
  void append_service_limits(const Buckets& buckets, Time now, std::string& headers) const;
  void append_retry(const Buckets& buckets, Time now, std::string& headers) const;

  const std::vector<RateWindow> windows_;
  std::vector<std::string> names_;  ///< of windows_, as structured fields write them
  std::string policy_;              ///< the whole line
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Buckets> keys_;
  std::size_t forget_at_ = kForgetAt;
};

/// Whole seconds that are not less than `time`: what `Retry-After` and the fields above can say.
std::uint64_t seconds_up(std::chrono::nanoseconds time);

}  // namespace dialin::http
