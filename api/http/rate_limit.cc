#include "api/http/rate_limit.h"

#include <algorithm>

#include "domain/invariant.h"

namespace dialin::http {
namespace {

/// `"5s"`, or `"250ms"` when it is no whole number of seconds: what tells the windows apart.
std::string name_of(const RateWindow& window) {
  const auto count = window.length.count();
  return '"' + (count % 1000 == 0 ? std::to_string(count / 1000) + "s" : std::to_string(count) + "ms") + '"';
}

}  // namespace

std::uint64_t seconds_up(std::chrono::nanoseconds time) {
  return static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::seconds>(time).count());
}

RateLimit::RateLimit(std::vector<RateWindow> windows) : windows_(std::move(windows)) {
  invariant(windows_.size() <= kWindowsMax, "whoever reads the windows bounds their number");
  for (const RateWindow& window : windows_) {
    names_.push_back(name_of(window));
    policy_.append(policy_.empty() ? "RateLimit-Policy: " : ", ")
        .append(names_.back())
        .append(";q=")
        .append(std::to_string(window.requests));
    // The field knows whole seconds only, and may leave them out.
    if (window.length.count() % 1000 == 0) policy_.append(";w=").append(std::to_string(window.length.count() / 1000));
  }
  if (!policy_.empty()) policy_ += "\r\n";
}

RateLimit::Verdict RateLimit::take(const std::string& key_id, Time now) {
  if (windows_.empty()) return {};
  Verdict verdict;
  verdict.headers.reserve(policy_.size() + 64 * windows_.size());
  verdict.headers = policy_;
  const std::lock_guard lock(mutex_);
  Buckets& buckets = buckets_of(key_id, now);
  verdict.is_within = has_room(buckets, now);
  for (std::size_t i = 0; i < windows_.size() && verdict.is_within; ++i) buckets[i].take(windows_[i], now);
  append_service_limits(buckets, now, verdict.headers);
  if (!verdict.is_within) append_retry(buckets, now, verdict.headers);
  return verdict;
}

RateLimit::Buckets& RateLimit::buckets_of(const std::string& key_id, Time now) {
  const auto found = keys_.find(key_id);
  if (found != keys_.end()) return found->second;
  if (keys_.size() >= forget_at_) {
    std::erase_if(keys_, [now](const auto& key) {
      return std::all_of(key.second.begin(), key.second.end(), [now](const TokenBucket& bucket) { return bucket.is_full(now); });
    });
    forget_at_ = std::max(kForgetAt, 2 * keys_.size());
  }
  return keys_[key_id];
}

bool RateLimit::has_room(const Buckets& buckets, Time now) const {
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    if (buckets[i].left(windows_[i], now) == 0) return false;
  }
  return true;
}

/// `t` is the time until one more request has room: within it no more than `r` have.
void RateLimit::append_service_limits(const Buckets& buckets, Time now, std::string& headers) const {
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    headers.append(i == 0 ? "RateLimit: " : ", ").append(names_[i]);
    headers.append(";r=").append(std::to_string(buckets[i].left(windows_[i], now)));
    if (!buckets[i].is_full(now)) headers.append(";t=").append(std::to_string(seconds_up(buckets[i].until_next(windows_[i], now))));
  }
  headers += "\r\n";
}

void RateLimit::append_retry(const Buckets& buckets, Time now, std::string& headers) const {
  std::chrono::nanoseconds wait{0};
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    if (buckets[i].left(windows_[i], now) == 0) wait = std::max(wait, buckets[i].until_next(windows_[i], now));
  }
  headers.append("Retry-After: ").append(std::to_string(seconds_up(wait))).append("\r\n");
}

std::size_t RateLimit::buckets() const {
  const std::lock_guard lock(mutex_);
  return keys_.size();
}

}  // namespace dialin::http
