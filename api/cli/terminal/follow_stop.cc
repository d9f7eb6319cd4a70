#include "api/cli/terminal/follow_stop.h"

#include <poll.h>

#include <csignal>

namespace dialin::cli {
namespace {

volatile std::sig_atomic_t wanted = 0;

void want(int) {
  wanted = 1;
}

}  // namespace

FollowStop::FollowStop() {
  struct sigaction action {};
  action.sa_handler = want;
  for (const int signal : {SIGINT, SIGTERM}) ::sigaction(signal, &action, nullptr);
}

bool FollowStop::is_wanted() {
  return wanted != 0;
}

void FollowStop::sleep(std::chrono::milliseconds most) {
  // A signal cuts it short; one that comes just before costs one sleep.
  if (!is_wanted()) ::poll(nullptr, 0, static_cast<int>(most.count()));
}

}  // namespace dialin::cli
