#pragma once
// Threads for reads that may take long (filtered lists, history, pages of events), so that they hold up no io thread. Bounded in number,
// queue and wait: what nobody waits for any more is not begun.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "domain/telemetry.h"

namespace dialin::service {

class SlowReads {
 public:
  static constexpr std::size_t kQueueMax = 256;
  static constexpr std::chrono::seconds kWaitMax{10};  ///< from submit() to the beginning
  enum class Turn : std::uint8_t {
    yours,
    too_late,  ///< the longest wait has passed, or the node stops
  };

  SlowReads(std::size_t threads, Telemetry& telemetry, std::chrono::milliseconds wait_max = kWaitMax);
  ~SlowReads();  ///< stop()

  /// Any thread. False: the queue is full or stop() was called; `work` is not run. Else it is run once, on one of the threads, and told
  /// whether it may still read. It must not throw.
  bool submit(std::function<void(Turn)> work);
  /// Tells what is queued that it is too late, then ends the threads. Idempotent.
  void stop();

 private:
  struct Waiting {
    std::function<void(Turn)> work;
    std::chrono::steady_clock::time_point until;
  };
  void run();

  Telemetry& telemetry_;
  const std::chrono::milliseconds wait_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace dialin::service
