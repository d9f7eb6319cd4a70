#pragma once
// Waits until the views have applied a sequence: Dialin-Min-Sequence and strong reads. Any thread; bounded in time and number.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "api/service/writer.h"

namespace dialin::service {

class AppliedWatch : public AppliedObserver {
 public:
  static constexpr std::size_t kWaitersMax = 16'384;

  explicit AppliedWatch(Sequence applied);
  ~AppliedWatch() override;  ///< every waiter is told that it was not reached

  using Reached = std::function<void(bool)>;
  /// Calls `done` once: true as soon as `at_least` is applied (at once when it is already), false at the deadline, or at once when too many
  /// wait.
  void wait(Sequence at_least, std::chrono::steady_clock::time_point deadline, Reached done);

  Sequence applied() const { return {applied_.load()}; }
  void applied(std::shared_ptr<const std::vector<projections::Entry>> entries) override;

 private:
  struct Waiter {
    std::chrono::steady_clock::time_point deadline;
    Reached done;
  };
  void expire_overdue();

  static constexpr auto kNever = std::chrono::steady_clock::time_point::max();

  std::atomic<std::uint64_t> applied_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<std::uint64_t, Waiter> waiters_;
  std::chrono::steady_clock::time_point nearest_ = kNever;  ///< what the expirer sleeps for: it is woken only for less
  bool stopping_ = false;
  std::thread expirer_;
};

}  // namespace dialin::service
