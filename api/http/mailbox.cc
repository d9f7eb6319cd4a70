#include "api/http/mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "domain/invariant.h"

namespace dialin::http {

Mailbox::Mailbox() : bell_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (bell_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Mailbox::~Mailbox() {
  ::close(bell_);
}

void Mailbox::put(Letter letter) {
  {
    const std::lock_guard lock(mutex_);
    if (is_closed_) return;
    letters_.push_back(std::move(letter));
    if (letters_.size() > 1) return;  // whoever put the first one rings
  }
  invariant(::eventfd_write(bell_, 1) == 0, "a bell that is rung once a letter has room for one more");
}

void Mailbox::take(std::vector<Letter>& out) {
  const std::lock_guard lock(mutex_);
  out.swap(letters_);
}

void Mailbox::close() {
  std::vector<Letter> unread;  // destroyed behind the lock: a Reply in it may put one more
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  unread.swap(letters_);
}

}  // namespace dialin::http
