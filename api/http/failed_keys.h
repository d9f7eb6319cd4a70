#pragma once
// How many failed authentications an address may have: a token bucket per peer (Peer::neighbourhood), asked by the Api when a request came
// without a good key. It bounds load and noise, and nothing else: keys have 256 random bits, so there is no guessing to be slowed down,
// and a good key is never asked about here, whoever else calls from behind the same address. Any thread.

#include <mutex>
#include <optional>
#include <unordered_map>

#include "api/http/peer.h"
#include "api/http/token_bucket.h"

namespace dialin::http {

class FailedKeys {
 public:
  using Time = TokenBucket::Time;
  static constexpr std::size_t kPeersMax = 16'384;  ///< those that do not fit share one bucket
  static constexpr std::chrono::seconds kForgetPause{1};

  /// Nothing: they are not bounded.
  explicit FailedKeys(std::optional<RateWindow> window) : window_(window) {}

  /// One more failure of this peer. Nothing while it is within the bound; else how long until there is room for another.
  std::optional<std::chrono::nanoseconds> count(const Peer& peer, Time now);

 private:
  struct Hash {
    std::size_t operator()(const Bytes16& address) const;
  };
  TokenBucket& bucket_of(const Bytes16& neighbourhood, Time now);

  const std::optional<RateWindow> window_;
  std::mutex mutex_;
  std::unordered_map<Bytes16, TokenBucket, Hash> peers_;
  TokenBucket crowd_;  ///< of all for whom there is no place
  Time forget_at_{};   ///< not sooner, so that a full table is not looked through for each of them
};

}  // namespace dialin::http
