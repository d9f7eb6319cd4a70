// What a kill leaves behind. The store that is killed lives in a process of its own: this program again, run with the name of a test that
// is disabled otherwise and the directory in the environment.

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "infra/storage/content.h"
#include "infra/storage/rocks_store.h"
#include "infra/storage/temporary_dir.h"

namespace dialin::storage {
namespace {

constexpr const char* kDirVariable = "DIALIN_TEST_KILLED_STORE";
constexpr int kChanges = 50'000;
constexpr std::size_t kFlushAfter = 5'000;
constexpr std::size_t kSmallBuffers = 2u << 20;

std::string config_value(int number) {
  return std::string(300, 'x') + std::to_string(number);
}
std::string config_name(int number) {
  return "c" + std::to_string(number % 10);
}
std::string event_name(int number) {
  return "e" + std::to_string(1'000'000 + number);
}

/// Runs the disabled test `name` in a child process, which ends itself without ceremony.
void run_killed(const std::string& name, const std::string& dir) {
  const std::string filter = "--gtest_filter=KilledStore.DISABLED_" + name;
  const pid_t pid = ::fork();
  ASSERT_GE(pid, 0);
  if (pid == 0) {
    ::setenv(kDirVariable, dir.c_str(), 1);
    ::execl("/proc/self/exe", "killed", filter.c_str(), "--gtest_also_run_disabled_tests", nullptr);
    ::_exit(2);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
}

std::string child_dir() {
  const char* dir = ::getenv(kDirVariable);
  return dir == nullptr ? "" : dir;
}

TEST(KilledStore, DISABLED_writes_faster_than_it_flushes) {
  const auto store = open_rocks_store(child_dir(), {.write_buffers_bytes = kSmallBuffers, .flush_after_changes = 1000});
  for (int i = 0; i < 20'000; ++i) {
    const auto batch = store->batch();
    batch->put(Family::configs, config_name(i), config_value(i));
    batch->put(Family::events, event_name(i), "");
    batch->put(Family::meta, "position", std::to_string(i));
    ASSERT_TRUE(store->apply(*batch));
  }
  ::kill(::getpid(), SIGKILL);
}

TEST(KilledStore, DISABLED_writes_steadily) {
  const auto store = open_rocks_store(child_dir(), {.flush_after_changes = kFlushAfter});
  for (int i = 0; i < kChanges; ++i) {
    ASSERT_TRUE(put(*store, Family::meta, "position", std::to_string(i)));
    if (i % 1000 == 0) ::usleep(5000);
  }
  ::usleep(500'000);  // flushing runs beside writing and may be a little behind
  ::kill(::getpid(), SIGKILL);
}

TEST(KilledStore, loses_no_family_without_the_others) {
  const TemporaryDir dir;
  run_killed("writes_faster_than_it_flushes", dir / "views");
  const auto store = open_rocks_store(dir / "views");
  const std::string position = value_of(*store, Family::meta, "position");
  ASSERT_NE(position, "(none)") << "nothing was flushed in the background";
  EXPECT_EQ(value_of(*store, Family::configs, config_name(std::stoi(position))), config_value(std::stoi(position)));
  const auto cursor = store->cursor(Family::events, "");
  cursor->seek_before("f");
  ASSERT_TRUE(cursor->valid());
  EXPECT_EQ(cursor->key(), event_name(std::stoi(position)));
}

TEST(KilledStore, leaves_little_to_replay) {
  const TemporaryDir dir;
  run_killed("writes_steadily", dir / "views");
  const auto store = open_rocks_store(dir / "views");
  const std::string position = value_of(*store, Family::meta, "position");
  ASSERT_NE(position, "(none)");
  EXPECT_GE(std::stoi(position), kChanges - 2 * static_cast<int>(kFlushAfter));
}

}  // namespace
}  // namespace dialin::storage
