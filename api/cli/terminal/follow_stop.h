#pragma once
// SIGINT and SIGTERM as a wish to stop, for a command that would go on for ever. One at a time, main thread.

#include <chrono>

namespace dialin::cli {

class FollowStop {
 public:
  FollowStop();
  /// Whether it was wished for.
  static bool is_wanted();
  /// Sleeps, at most until it is.
  static void sleep(std::chrono::milliseconds most);
};

}  // namespace dialin::cli
