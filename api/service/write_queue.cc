#include "api/service/write_queue.h"

#include "domain/invariant.h"

namespace dialin::service {

bool WriteQueue::push(Asked&& asked) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || asked_.size() + taken_ >= asked_max_) return false;
    asked_.push_back(std::move(asked));
    wake = writer_waits_;
  }
  if (wake) changed_.notify_one();
  return true;
}

void WriteQueue::push(Outcome outcome) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    outcomes_.push_back(outcome);
    wake = writer_waits_;
  }
  if (wake) changed_.notify_one();
}

void WriteQueue::push(Confirmation confirmation) {
  {
    const std::lock_guard lock(mutex_);
    confirmations_.push_back(confirmation);
  }
  changed_.notify_one();
}

void WriteQueue::wake() {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    wake = writer_waits_;
  }
  if (wake) changed_.notify_one();
}

void WriteQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_one();
}

void WriteQueue::take(Mail& mail, bool want_asked, std::chrono::steady_clock::time_point deadline) {
  // Emptied outside of the lock; the room that the vectors have goes back into the queue with the swap.
  mail.asked.clear();
  mail.outcomes.clear();
  mail.confirmations.clear();
  std::unique_lock lock(mutex_);
  const auto something = [&] {
    return !outcomes_.empty() || !confirmations_.empty() || woken_ || (want_asked && !asked_.empty()) || (closed_ && !close_seen_);
  };
  if (!something() && deadline > std::chrono::steady_clock::now()) {
    writer_waits_ = true;
    changed_.wait_until(lock, deadline, something);
    writer_waits_ = false;
  }
  mail.outcomes.swap(outcomes_);
  mail.confirmations.swap(confirmations_);
  woken_ = false;
  if (want_asked) {
    mail.asked.swap(asked_);
    taken_ += mail.asked.size();
  }
  mail.closed = closed_;
  close_seen_ = closed_;
}

void WriteQueue::decided(std::size_t count) {
  const std::lock_guard lock(mutex_);
  invariant(count <= taken_, "no more writes are decided than were taken");
  taken_ -= count;
}

std::size_t WriteQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return asked_.size() + taken_;
}

}  // namespace dialin::service
