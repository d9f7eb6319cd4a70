#include "api/service/write_queue.h"

#include <iterator>

#include "domain/invariant.h"

namespace dialin::service {

Submitted WriteQueue::push(Asked&& asked) {
  const TenantId tenant = asked.command.tenant;
  std::list<Asked> one;
  one.push_back(std::move(asked));
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_ || waiting_ + taken_ >= asked_max_) return Submitted::queue_full;
    std::list<Asked>& mine = asked_[tenant];
    if (mine.size() >= asked_max_ - waiting_ - taken_) return Submitted::share_used;
    if (mine.empty()) turns_.push_back(tenant);
    mine.splice(mine.end(), one);
    ++waiting_;
    wake = writer_waits_;
  }
  if (wake) changed_.notify_one();
  return Submitted::queued;
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
  std::list<Asked> taken;
  std::unique_lock lock(mutex_);
  const auto something = [&] {
    return !outcomes_.empty() || !confirmations_.empty() || woken_ || (want_asked && waiting_ > 0) || (closed_ && !close_seen_);
  };
  if (!something() && deadline > std::chrono::steady_clock::now()) {
    writer_waits_ = true;
    changed_.wait_until(lock, deadline, something);
    writer_waits_ = false;
  }
  mail.outcomes.swap(outcomes_);
  mail.confirmations.swap(confirmations_);
  woken_ = false;
  if (want_asked) take_turns(taken);
  mail.closed = closed_;
  close_seen_ = closed_;
  lock.unlock();
  mail.asked.assign(std::move_iterator(taken.begin()), std::move_iterator(taken.end()));
}

void WriteQueue::take_turns(std::list<Asked>& taken) {
  while (!turns_.empty() && taken.size() < taken_max_) {
    const auto first = asked_.find(turns_.front());
    std::list<Asked>& theirs = first->second;
    turns_.pop_front();
    if (turns_.empty() && taken.size() + theirs.size() <= taken_max_) {
      taken.splice(taken.end(), theirs);  // nobody else has a turn
    } else {
      taken.splice(taken.end(), theirs, theirs.begin());
    }
    if (theirs.empty()) {
      asked_.erase(first);
    } else {
      turns_.push_back(first->first);
    }
  }
  waiting_ -= taken.size();
  taken_ += taken.size();
}

void WriteQueue::decided(std::size_t count) {
  const std::lock_guard lock(mutex_);
  invariant(count <= taken_, "no more writes are decided than were taken");
  taken_ -= count;
}

std::size_t WriteQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_ + taken_;
}

}  // namespace dialin::service
