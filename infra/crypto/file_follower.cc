#include "infra/crypto/file_follower.h"

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace dialin::crypto {

struct FileFollower::Watch {
  void run(const std::stop_token& stop) {
    std::unique_lock lock(mutex);
    for (;;) {
      wake.wait_for(lock, stop, std::chrono::milliseconds(kPoll_ms), [&] { return is_asked; });
      if (stop.stop_requested()) return;
      const bool was_asked = std::exchange(is_asked, false);
      lock.unlock();  // who asks must not wait for a file
      look(was_asked);
      lock.lock();
    }
  }

  void look(bool was_asked) {
    const bool is_same = stamp_of(file) == loaded;
    if (is_same && !was_asked) {
      broken = false;
      return;
    }
    const auto stamp = reload();
    if (stamp) {
      loaded = *stamp;
      telemetry.say(Level::info, file + (is_same ? " was looked at: it has not changed" : " has changed and was read again"));
    } else if (!broken || was_asked) {
      telemetry.say(Level::error, "what was read before stays in force: " + stamp.error().text);
    }
    broken = !stamp;
  }

  void ask() {
    const std::lock_guard lock(mutex);
    is_asked = true;
    wake.notify_one();
  }

  const std::string file;
  FileStamp loaded;
  const Reload reload;
  Telemetry& telemetry;
  bool broken = false;

  std::mutex mutex;  ///< of is_asked
  bool is_asked = false;
  std::condition_variable_any wake;
  std::jthread thread;  // last, so that it ends before what it uses
};

FileFollower::FileFollower(std::string file, FileStamp loaded, Reload reload, Telemetry& telemetry)
    : watch_(new Watch{.file = std::move(file),
                       .loaded = loaded,
                       .reload = std::move(reload),
                       .telemetry = telemetry,
                       .mutex = {},
                       .is_asked = false,
                       .wake = {},
                       .thread = {}}) {
  watch_->thread = std::jthread([watch = watch_.get()](const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "files");
    watch->run(stop);
  });
}
FileFollower::~FileFollower() = default;

void FileFollower::look_now() {
  watch_->ask();
}

}  // namespace dialin::crypto
