#pragma once
// The places of writes on their way to the node that leads: bounded, and a tenant holds no more than are still free, as in the writer's
// queue (api/service/write_queue.h), so that whoever comes next finds room at a node that follows, too. Any thread.

#include <cstddef>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "domain/ids.h"

namespace dialin::http {

class PlacesUnderWay {
 public:
  explicit PlacesUnderWay(std::size_t most) : most_(most) {}

  /// Why there is none, as the end of a sentence; empty: it is taken, until it is given back. Nothing instead of a tenant: a request of
  /// the node's own, which has no share.
  std::string_view take(const std::optional<TenantId>& tenant);
  /// Once for each that was taken.
  void give_back(const std::optional<TenantId>& tenant);

 private:
  const std::size_t most_;
  std::mutex mutex_;
  std::size_t taken_ = 0;
  std::unordered_map<TenantId, std::size_t, HashOfId> taken_by_;  ///< none is 0
};

}  // namespace dialin::http
