#pragma once
// Threads for reads that may take long (filtered lists, history, pages of events), so that they hold up no io thread. Bounded in number,
// queue and wait: what nobody waits for any more is not begun. Tenants take turns, so that one with long reads delays the others by one of
// them at most.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "domain/ids.h"
#include "domain/telemetry.h"

namespace dialin::service {

class SlowReads {
 public:
  static constexpr std::size_t kQueueMax = 256;
  static constexpr std::size_t kTenantQueueMax = 64;
  static constexpr std::chrono::seconds kWaitMax{10};  ///< from submit() to the beginning
  enum class Turn : std::uint8_t {
    yours,
    too_late,  ///< the longest wait has passed, or the node stops
  };

  SlowReads(std::size_t threads, Telemetry& telemetry, std::chrono::milliseconds wait_max = kWaitMax);
  ~SlowReads();  ///< stop()

  /// Any thread. False: the queue, or the tenant's part of it, is full, or stop() was called; `work` is not run. Else it is run once, on
  /// one of the threads, and told whether it may still read. It must not throw.
  bool submit(const TenantId& tenant, std::function<void(Turn)> work);
  /// Tells what is queued that it is too late, then ends the threads. Idempotent.
  void stop();

 private:
  struct Waiting {
    std::function<void(Turn)> work;
    std::chrono::steady_clock::time_point until;
  };
  void run();
  Waiting take_first();

  Telemetry& telemetry_;
  const std::chrono::milliseconds wait_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<TenantId, std::deque<Waiting>, HashOfId> queues_;  ///< none is empty
  std::deque<TenantId> turns_;                                          ///< of queues_, each once
  std::size_t waiting_ = 0;                                             ///< in all queues
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace dialin::service
