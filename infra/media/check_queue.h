#pragma once
// Who is looked at next: tenants take turns, and none has more than its share under way, so that one whose hosts hang delays nobody else.
// Bounded by its user. One thread.

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "domain/ids.h"
#include "infra/media/check.h"

namespace dialin::media {

class CheckQueue {
 public:
  static constexpr std::size_t kRunningMax = 64;
  static constexpr std::size_t kTenantRunningMax = 8;
  static constexpr std::chrono::seconds kWaitMost{5};

  void push(std::unique_ptr<Check> check, Check::Clock::time_point now);
  /// The next one that may run, which counts as running from now on; null: none.
  std::unique_ptr<Check> take();
  /// One of that tenant has ended.
  void ended(const TenantId& tenant);
  /// Takes out those that have waited too long.
  std::vector<std::unique_ptr<Check>> late(Check::Clock::time_point now);
  std::vector<std::unique_ptr<Check>> all();
  std::size_t waiting() const { return waiting_; }
  std::size_t running() const { return running_; }

 private:
  struct Waiting {
    std::unique_ptr<Check> check;
    Check::Clock::time_point until;
  };
  struct Tenant {
    std::deque<Waiting> waiting;
    std::size_t running = 0;
  };
  void forget_if_idle(const TenantId& tenant);

  std::unordered_map<TenantId, Tenant, HashOfId> tenants_;
  std::deque<TenantId> turns_;  ///< of those with something waiting, each once
  std::size_t waiting_ = 0;
  std::size_t running_ = 0;
};

}  // namespace dialin::media
