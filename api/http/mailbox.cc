#include "api/http/mailbox.h"

namespace dialin::http {

void Mailbox::put(Letter letter) {
  const std::lock_guard lock(mutex_);
  if (!ring_) return;
  letters_.push_back(std::move(letter));
  if (letters_.size() == 1) ring_();
}

void Mailbox::take(std::vector<Letter>& out) {
  const std::lock_guard lock(mutex_);
  out.swap(letters_);
}

void Mailbox::close() {
  std::vector<Letter> unread;  // destroyed behind the lock: a Reply in it may put one more
  const std::lock_guard lock(mutex_);
  ring_ = nullptr;
  unread.swap(letters_);
}

}  // namespace dialin::http
