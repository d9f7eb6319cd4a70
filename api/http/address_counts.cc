#include "api/http/address_counts.h"

#include "domain/invariant.h"

namespace dialin::http {

std::size_t AddressCounts::opened(const Peer& peer) {
  const std::lock_guard lock(mutex_);
  return ++counts_[peer.neighbourhood()];
}

void AddressCounts::closed(const Peer& peer) {
  const std::lock_guard lock(mutex_);
  const auto row = counts_.find(peer.neighbourhood());
  invariant(row != counts_.end(), "a connection that closes was counted when it opened");
  if (--row->second == 0) counts_.erase(row);
}

std::size_t AddressCounts::size() const {
  const std::lock_guard lock(mutex_);
  return counts_.size();
}

}  // namespace dialin::http
