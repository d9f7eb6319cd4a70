#include "infra/crypto/file_follower.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace dialin::crypto {

struct FileFollower::Watch {
  void run(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, stop, std::chrono::milliseconds(kPoll_ms), [&] { return stop.stop_requested(); })) look();
  }

  void look() {
    if (stamp_of(file) == loaded) {
      broken = false;
      return;
    }
    const auto stamp = reload();
    if (stamp) {
      loaded = *stamp;
      telemetry.say(Level::info, file + " has changed and was read again");
    } else if (!broken) {
      telemetry.say(Level::error, "what was read before stays in force: " + stamp.error().text);
    }
    broken = !stamp;
  }

  const std::string file;
  FileStamp loaded;
  const Reload reload;
  Telemetry& telemetry;
  bool broken = false;

  std::mutex mutex;
  std::condition_variable_any wake;
  std::jthread thread;  // last, so that it ends before what it uses
};

FileFollower::FileFollower(std::string file, FileStamp loaded, Reload reload, Telemetry& telemetry)
    : watch_(new Watch{.file = std::move(file),
                       .loaded = loaded,
                       .reload = std::move(reload),
                       .telemetry = telemetry,
                       .mutex = {},
                       .wake = {},
                       .thread = {}}) {
  watch_->thread = std::jthread([watch = watch_.get()](const std::stop_token& stop) { watch->run(stop); });
}
FileFollower::~FileFollower() = default;

}  // namespace dialin::crypto
