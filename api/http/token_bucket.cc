#include "api/http/token_bucket.h"

#include <algorithm>

#include "domain/invariant.h"

namespace dialin::http {
namespace {

/// What is in the bucket, as the time that it took to come in.
std::chrono::nanoseconds held(const RateWindow& window, TokenBucket::Time full_at, TokenBucket::Time now) {
  return window.interval() * window.requests - (std::max(full_at, now) - now);
}

}  // namespace

std::uint64_t TokenBucket::left(const RateWindow& window, Time now) const {
  const auto time = held(window, full_at_, now);
  return time.count() < 0 ? 0 : static_cast<std::uint64_t>(time / window.interval());
}

std::chrono::nanoseconds TokenBucket::until_next(const RateWindow& window, Time now) const {
  if (is_full(now)) return std::chrono::nanoseconds::zero();
  return window.interval() - held(window, full_at_, now) % window.interval();
}

void TokenBucket::take(const RateWindow& window, Time now) {
  invariant(left(window, now) > 0, "only a token that is there is taken");
  full_at_ = std::max(full_at_, now) + window.interval();
}

}  // namespace dialin::http
