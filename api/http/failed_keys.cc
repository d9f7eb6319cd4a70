#include "api/http/failed_keys.h"

#include <functional>
#include <string_view>

namespace dialin::http {

std::size_t FailedKeys::Hash::operator()(const Bytes16& address) const {
  return std::hash<std::string_view>()({reinterpret_cast<const char*>(address.data()), address.size()});
}

std::optional<std::chrono::nanoseconds> FailedKeys::count(const Peer& peer, Time now) {
  if (!window_) return std::nullopt;
  const std::lock_guard lock(mutex_);
  TokenBucket& bucket = bucket_of(peer.neighbourhood(), now);
  if (bucket.left(*window_, now) == 0) return bucket.until_next(*window_, now);
  bucket.take(*window_, now);
  return std::nullopt;
}

TokenBucket& FailedKeys::bucket_of(const Bytes16& neighbourhood, Time now) {
  if (const auto found = peers_.find(neighbourhood); found != peers_.end()) return found->second;
  if (peers_.size() >= kPeersMax && now >= forget_at_) {
    std::erase_if(peers_, [now](const auto& peer) { return peer.second.is_full(now); });
    forget_at_ = now + kForgetPause;
  }
  return peers_.size() < kPeersMax ? peers_[neighbourhood] : crowd_;
}

}  // namespace dialin::http
