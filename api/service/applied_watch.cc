#include "api/service/applied_watch.h"

#include <algorithm>
#include <vector>

namespace dialin::service {

AppliedWatch::AppliedWatch(Sequence applied) : applied_(applied.value), expirer_([this] { expire_overdue(); }) {}

AppliedWatch::~AppliedWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  expirer_.join();
  for (auto& [sequence, waiter] : waiters_) waiter.done(false);
}

void AppliedWatch::wait(Sequence at_least, std::chrono::steady_clock::time_point deadline, Reached done) {
  bool reached = applied_.load() >= at_least.value;
  if (!reached) {
    const std::lock_guard lock(mutex_);
    reached = applied_.load() >= at_least.value;
    if (!reached && !stopping_ && waiters_.size() < kWaitersMax) {
      waiters_.emplace(at_least.value, Waiter{deadline, std::move(done)});
      if (deadline < nearest_) {
        nearest_ = deadline;
        changed_.notify_one();
      }
      return;
    }
  }
  done(reached);
}

void AppliedWatch::applied(std::shared_ptr<const std::vector<projections::Entry>> entries) {
  const std::uint64_t now_applied = entries->back().record.sequence.value;
  applied_.store(now_applied);
  std::vector<Reached> reached;
  {
    // Whoever began to wait before the store is found here; whoever begins after it sees the store.
    const std::lock_guard lock(mutex_);
    const auto end = waiters_.upper_bound(now_applied);
    for (auto waiter = waiters_.begin(); waiter != end; ++waiter) reached.push_back(std::move(waiter->second.done));
    waiters_.erase(waiters_.begin(), end);
  }
  for (const Reached& done : reached) done(true);
}

void AppliedWatch::expire_overdue() {
  // Deadlines are kept roughly, so that many short waits do not wake this thread each.
  constexpr std::chrono::milliseconds grain{10};
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    nearest_ = kNever;
    for (const auto& [sequence, waiter] : waiters_) nearest_ = std::min(nearest_, waiter.deadline);
    if (nearest_ == kNever) {
      changed_.wait(lock);
      continue;
    }
    const auto now = std::chrono::steady_clock::now();
    if (nearest_ > now) {
      changed_.wait_until(lock, std::max(nearest_, now + grain));
      continue;
    }
    std::vector<Reached> overdue;
    for (auto waiter = waiters_.begin(); waiter != waiters_.end();) {
      if (waiter->second.deadline <= now) {
        overdue.push_back(std::move(waiter->second.done));
        waiter = waiters_.erase(waiter);
      } else {
        ++waiter;
      }
    }
    lock.unlock();
    for (const Reached& done : overdue) done(false);
    lock.lock();
  }
}

}  // namespace dialin::service
