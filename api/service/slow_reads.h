#pragma once
// Threads for reads that may take long (filtered lists, history, pages of events), so that they hold up no io thread. Bounded in number and
// queue.

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

  SlowReads(std::size_t threads, Telemetry& telemetry);
  ~SlowReads();  ///< stop()

  /// Any thread. False: the queue is full or stop() was called; `work` is not run. `work` must not throw.
  bool submit(std::function<void()> work);
  /// Does what is queued, then ends the threads. Idempotent.
  void stop();

 private:
  void run();

  Telemetry& telemetry_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace dialin::service
