#include "api/http/timer_wheel.h"

#include <algorithm>

namespace dialin::http {

void TimerWheel::set(Timed& entry, Tick when) {
  entry.due_ = std::max(when, now_ + 1);
  if (entry.link_ != nullptr && entry.visit_ <= entry.due_) return;
  remove(entry);
  link(entry);
}

void TimerWheel::link(Timed& entry) {
  // What is due behind the horizon is looked at there and put on again.
  entry.visit_ = std::min(entry.due_, now_ + kSlots - 1);
  Timed*& head = slots_[entry.visit_ % kSlots];
  entry.next_ = head;
  if (head != nullptr) head->link_ = &entry.next_;
  entry.link_ = &head;
  head = &entry;
}

void TimerWheel::remove(Timed& entry) {
  if (entry.link_ == nullptr) return;
  *entry.link_ = entry.next_;
  if (entry.next_ != nullptr) entry.next_->link_ = entry.link_;
  entry.link_ = nullptr;
  entry.next_ = nullptr;
}

void TimerWheel::advance() {
  ++now_;
  // Entries are taken one by one from the head, because on_due() may destroy any of those that are left. None is put back into this
  // slot meanwhile: the next visit is one tick away at least and a whole turn at most.
  Timed*& head = slots_[now_ % kSlots];
  while (head != nullptr) {
    Timed& entry = *head;
    remove(entry);
    if (entry.due_ == Timed::kNever) continue;
    if (entry.due_ > now_) {
      link(entry);
      continue;
    }
    entry.due_ = Timed::kNever;
    entry.on_due();
  }
}

}  // namespace dialin::http
