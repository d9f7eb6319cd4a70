// What the disk refuses: room, writes, syncs, the lock. Injected step by step, and a file system that is really full.

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include <cerrno>
#include <thread>

#include "infra/log/chain_scan.h"
#include "infra/log/segment_supply.h"
#include "infra/log/verified.h"
#include "recorded_disk.h"
#include "support.h"

namespace dialin::log {
namespace {

using Step = RecordedDisk::Step;

class FaultsTest : public testing::Test {
 protected:
  FaultsTest() : around_(disk_) {}

  std::unique_ptr<EmbeddedLog> open() {
    auto opened = around_.open(small_segments("log", 4096));
    if (!opened) throw std::runtime_error(opened.error().text);
    return std::move(*opened);
  }
  /// From now on the `step` fails with `code` on files whose path ends so; `times` of them.
  void fail(Step step, std::string ending, int code, int times = 1'000'000) {
    disk_.fail_when([=, left = times](const RecordedDisk::Event& event) mutable {
      if (event.step != step || !event.path.ends_with(ending) || left-- <= 0) return Errno{};
      return Errno::of(code);
    });
  }
  void heal() { disk_.fail_when({}); }
  std::uint64_t verified() {
    const Verified verified = verify(disk_, "log", {});
    EXPECT_FALSE(verified.fault) << verified.fault->text;
    return verified.head.sequence.value;
  }

  RecordedDisk disk_;
  Surroundings around_;
};

TEST_F(FaultsTest, a_write_that_fails_stores_nothing_and_the_next_one_works) {
  auto log = open();
  ASSERT_TRUE(append(*log, {100}));
  const Tail before = log->tail();
  for (const auto& [code, expected] : {std::pair{ENOSPC, LogError::no_space}, std::pair{EIO, LogError::unavailable}}) {
    fail(Step::write, ".segment", code, 1);
    auto group = records_after(log->end(), {10, 20, 30});
    const auto answer = append(*log, group);
    heal();
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error(), expected);
    EXPECT_EQ(log->tail(), before);
    EXPECT_EQ(log->end(), before);
    EXPECT_EQ(verified(), before.sequence.value) << "not even the records that had been written whole";
    const auto crashed = disk_.crash([] { return true; }, 0);
    EXPECT_EQ(verify(*crashed, "log", {}).head, before) << "and no crash brings them back";
  }
  EXPECT_EQ(around_.telemetry.failures(), 2u);
  ASSERT_TRUE(append(*log, {10}));
  EXPECT_EQ(verified(), before.sequence.value + 1);
}

TEST_F(FaultsTest, without_room_for_a_segment_appends_fail_until_there_is_room) {
  auto log = open();
  fail(Step::reserve, ".zeros", ENOSPC);
  std::uint64_t stored = 0;
  Result<Tail, LogError> answer = Tail{};
  while ((answer = append(*log, {900}))) ++stored;
  EXPECT_EQ(answer.error(), LogError::no_space);
  EXPECT_GT(stored, 1u) << "what has room already is used";
  const Tail full = log->tail();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(append(*log, {900}).error(), LogError::no_space);
  EXPECT_EQ(log->tail(), full);
  Record record;
  EXPECT_EQ(log->read({1})->next(record), RecordReader::Next::record) << "reading goes on";
  heal();
  ASSERT_TRUE(append(*log, {900}));
  EXPECT_EQ(verified(), full.sequence.value + 1);
}

TEST_F(FaultsTest, each_step_of_beginning_a_segment_may_fail_and_nothing_is_lost) {
  for (const Step step : {Step::create, Step::reserve, Step::write, Step::sync, Step::rename}) {
    auto log = open();
    fail(step, SegmentSupply::kName, EIO);
    Result<Tail, LogError> answer = Tail{};
    for (int i = 0; i < 10 && answer; ++i) answer = append(*log, {900});
    ASSERT_FALSE(answer) << static_cast<int>(step);
    EXPECT_EQ(answer.error(), LogError::unavailable);
    const Tail before = log->tail();
    heal();
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(append(*log, {900}));
    EXPECT_EQ(verified(), before.sequence.value + 10);
  }
}

TEST_F(FaultsTest, opening_on_a_full_disk_says_so) {
  fail(Step::reserve, SegmentSupply::kName, ENOSPC);
  const auto opened = around_.open(small_segments("log"));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, OpenError::no_space);
  heal();
  EXPECT_TRUE(around_.open(small_segments("log")));
}

TEST_F(FaultsTest, a_mark_that_cannot_be_written_harms_nothing) {
  auto log = open();
  ASSERT_TRUE(append(*log, {10}));
  fail(Step::write, ".segment", EIO);
  log.reset();
  heal();
  EXPECT_EQ(verified(), 3u);
  log = open();
  ASSERT_TRUE(append(*log, {10}));
  EXPECT_EQ(verified(), 5u);
}

using FaultsDeathTest = FaultsTest;

TEST_F(FaultsDeathTest, a_sync_that_fails_ends_the_process) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        auto log = open();
        fail(Step::sync, ".segment", EIO);
        (void)append(*log, {10});
      },
      testing::ExitedWithCode(3), "the log cannot go on.*fdatasync of a group.*Input/output error");
}

TEST_F(FaultsDeathTest, the_sync_of_a_mark_that_fails_ends_the_process) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        auto log = open();
        fail(Step::sync, ".segment", EIO);
        log.reset();
      },
      testing::ExitedWithCode(3), "fdatasync of a mark");
}

TEST_F(FaultsDeathTest, a_failed_write_that_cannot_be_taken_back_ends_the_process) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        auto log = open();
        fail(Step::write, ".segment", EIO);
        (void)append(*log, {10});
      },
      testing::ExitedWithCode(3), "taking back");
}

TEST_F(FaultsDeathTest, a_new_segment_s_name_that_cannot_be_synced_ends_the_process) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        auto log = open();
        fail(Step::sync_dir, "", EIO);
        for (int i = 0; i < 10; ++i) (void)append(*log, {900});
      },
      testing::ExitedWithCode(3), "fsync of the directory");
}

TEST_F(FaultsTest, the_mark_is_written_once_when_idle_and_once_at_the_stop) {
  auto options = small_segments("log");
  options.idle = std::chrono::milliseconds(5);
  std::atomic<int> marks{0};
  disk_.fail_when([&](const RecordedDisk::Event& event) {
    if (event.step == Step::write && event.path.ends_with(".segment") && event.size == 20) ++marks;
    return Errno{};
  });
  auto opened = around_.open(options);
  ASSERT_TRUE(opened);
  const auto wait_for = [&](int wanted) {
    for (int i = 0; i < 2000 && marks < wanted; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    return marks.load();
  };
  EXPECT_EQ(wait_for(1), 1) << "behind the opened record, and not again";
  ASSERT_TRUE(append(**opened, {10}));
  EXPECT_EQ(wait_for(2), 2);
  opened->reset();
  EXPECT_EQ(marks, 2) << "nothing was appended since";
}

/// Says on the pipe that it has the log, then holds it until the other end is closed.
void hold_log(const std::string& dir, int ready, int until) {
  PosixFiles files;
  Surroundings around(files);
  const auto log = around.open(small_segments(dir));
  char byte = log ? 'y' : 'n';
  if (::write(ready, &byte, 1) != 1) ::_exit(1);
  if (::read(until, &byte, 1) != 0) ::_exit(1);
  ::_exit(0);
}

TEST(LockTest, a_second_process_is_kept_out_and_told_who_has_the_log) {
  TemporaryDir temporary;
  int ready[2], until[2];
  ASSERT_EQ(::pipe(ready), 0);
  ASSERT_EQ(::pipe(until), 0);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::close(until[1]);
    hold_log(temporary.path("log"), ready[1], until[0]);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  ASSERT_EQ(byte, 'y');
  PosixFiles files;
  Surroundings around(files);
  const auto refused = around.open(small_segments(temporary.path("log")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, OpenError::locked);
  EXPECT_NE(refused.error().text.find("process " + std::to_string(child)), std::string::npos) << refused.error().text;
  EXPECT_FALSE(verify(files, temporary.path("log"), {}).fault) << "reading needs no lock";

  ::close(until[1]);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(around.open(small_segments(temporary.path("log")))) << "the lock went with its holder";
  for (const int end : {ready[0], ready[1], until[0]}) ::close(end);
}

TEST(LockTest, the_same_process_cannot_open_a_log_twice_either) {
  TemporaryDir temporary;
  PosixFiles files;
  Surroundings around(files);
  auto first = around.open(small_segments(temporary.path("log")));
  ASSERT_TRUE(first);
  EXPECT_EQ(around.open(small_segments(temporary.path("log"))).error().code, OpenError::locked);
  first->reset();
  EXPECT_TRUE(around.open(small_segments(temporary.path("log"))));
}

/// A real file system of two megabytes.
class SmallDisk {
 public:
  explicit SmallDisk(std::string path) : path_(std::move(path)) {
    std::filesystem::create_directory(path_);
    mounted_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=2m") == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }

 private:
  std::string path_;
  bool mounted_ = false;
};

TEST(FullDiskTest, a_full_file_system_refuses_appends_and_recovers_when_room_is_made) {
  TemporaryDir temporary;
  const SmallDisk disk(temporary.path("disk"));
  if (!disk.mounted()) GTEST_SKIP() << "NOT TESTED: a full file system, because mounting one is not permitted here (needs root)";
  const std::string ballast = temporary.path("disk/ballast");
  write_file(ballast, std::string(700 * 1024, 'b'));
  const std::string dir = temporary.path("disk/log");
  PosixFiles files;
  Surroundings around(files);
  auto opened = around.open(small_segments(dir, 128 * 1024));
  ASSERT_TRUE(opened);
  std::vector<Record> answered;
  const auto append_one = [&] {
    auto group = records_after((*opened)->end(), {4000, 30});
    const auto answer = append(**opened, group);
    if (answer) answered.insert(answered.end(), group.begin(), group.end());
    return answer;
  };
  Result<Tail, LogError> answer = Tail{};
  for (int i = 0; i < 1000 && answer; ++i) answer = append_one();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error(), LogError::no_space);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(append_one());
  EXPECT_FALSE(verify(files, dir, {}).fault);
  std::filesystem::remove(ballast);
  for (int i = 0; i < 60; ++i) ASSERT_TRUE(append_one());
  opened->reset();
  const Verified verified = verify(files, dir, {});
  EXPECT_FALSE(verified.fault);
  EXPECT_EQ(verified.head, tail_of(answered.back()));
  opened = around.open(small_segments(dir, 128 * 1024));
  ASSERT_TRUE(opened);
  for (const Record& record : answered) EXPECT_EQ((*opened)->at(record.sequence).value(), record);
}

}  // namespace
}  // namespace dialin::log
