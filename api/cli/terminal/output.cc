#include "api/cli/terminal/output.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <iostream>
#include <system_error>
#include <utility>

#include "api/cli/command.h"

namespace dialin::cli {

Output::Output() {
  std::signal(SIGPIPE, SIG_IGN);
}

bool Output::flush() {
  std::string_view rest = text_;
  while (error_ == 0 && !rest.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      // Somebody has made the terminal or pipe non-blocking.
      pollfd room{STDOUT_FILENO, POLLOUT, 0};
      ::poll(&room, 1, -1);
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  text_.clear();
  return error_ == 0;
}

bool Output::is_unread() const {
  return error_ == EPIPE;
}

std::string Output::fault() const {
  return "stdout cannot be written: " + std::generic_category().message(error_);
}

int Output::end(std::string_view name, int status) {
  if (flush()) return status;
  if (!is_unread()) std::cerr << name << ": " << fault() << '\n';
  return kCouldNotRun;
}

int print(std::string_view name, std::string text, int status) {
  Output output;
  output.text() = std::move(text);
  return output.end(name, status);
}

}  // namespace dialin::cli
