// A power cut at any moment, with any subset of the unsynced sectors written: what was answered is there, what was not is there up to some
// record or not at all. And the proof that this test would see it if a sync were missing.

#include <gtest/gtest.h>

#include <array>
#include <optional>

#include "infra/log/chain_scan.h"
#include "infra/log/verified.h"
#include "recorded_disk.h"
#include "support.h"

namespace dialin::log {
namespace {

constexpr const char* kDir = "log";

/// One log on a recorded disk, what its writer was told, and what the disks that crashes leave have to say to that.
class CrashedLog {
 public:
  explicit CrashedLog(std::uint64_t seed) : random_(seed), chance_(seed) {}

  RecordedDisk& disk() { return disk_; }
  std::mt19937_64& random() { return random_; }
  std::size_t states() {
    const std::lock_guard lock(mutex_);
    return states_;
  }
  /// The first thing that a crash broke.
  std::optional<std::string> violation() {
    const std::lock_guard lock(mutex_);
    return violation_;
  }

  /// Founds the log and appends `groups` of them; at each step of the disk, with the chance of one in `one_in`, a crash is tried.
  void run(std::size_t groups, std::uint64_t one_in) {
    disk_.watch([this, one_in] {
      if (chance_() % one_in == 0) try_crash(disk_.crash(chance_));
    });
    Surroundings around(disk_);
    auto opened = around.open(small_segments(kDir, 8 * 1024));
    ASSERT_TRUE(opened) << opened.error().text;
    EventLog& log = **opened;
    learn(log);
    for (std::size_t i = 0; i < groups && !violation(); ++i) append_group(log);
    disk_.watch({});
  }

  void append_group(EventLog& log) {
    std::vector<std::size_t> sizes(1 + random_() % 6);
    for (std::size_t& size : sizes) size = random_() % 1200;
    auto group = records_after(log.end(), sizes);
    Tail tail = log.end();
    {
      const std::lock_guard lock(mutex_);
      for (Record record : group) {
        chain_after(tail, record);
        tail = tail_of(record);
        written_.push_back(record.id);
      }
    }
    ASSERT_TRUE(append(log, group));
    const std::lock_guard lock(mutex_);
    answered_ = group.back().sequence;
  }

  /// The records that the opening wrote.
  void learn(const EventLog& log) {
    std::vector<RecordId> ids;
    const auto reader = log.read({1});
    for (Record record; reader->next(record) == RecordReader::Next::record;) ids.push_back(record.id);
    const std::lock_guard lock(mutex_);
    written_ = std::move(ids);
    answered_ = {written_.size()};
  }

  /// From here on it is being opened once more.
  void opens_again() { opening_ = 1; }

  /// What a disk that a crash left holds, before and after an opening.
  void try_crash(std::unique_ptr<RecordedDisk> left) {
    const std::lock_guard lock(mutex_);
    ++states_;
    if (!violation_) violation_ = check(*left);
  }

 private:
  std::optional<std::string> check(RecordedDisk& left) {
    if (answered_.value == 0 && list_segments(left, kDir)->empty()) return std::nullopt;
    const auto before = found_on(left);
    if (!before) return "before the opening: " + before.error();
    if (const auto wrong = compare(*before)) return "before the opening: " + *wrong;
    Surroundings around(left);
    auto opened = around.open(small_segments(kDir, 8 * 1024));
    if (!opened) return "the log does not open: " + opened.error().text;
    if (!append(**opened, {10, 700})) return "nothing can be appended";
    opened->reset();
    const auto after = found_on(left);
    if (!after) return "after the opening: " + after.error();
    if (after->size() < before->size() + 3) return "records are missing after the opening";
    if (!std::equal(before->begin(), before->end(), after->begin())) return "the opening changed records";
    return std::nullopt;
  }

  /// Ids of the records that verify finds, or its fault.
  static Result<std::vector<RecordId>, std::string> found_on(RecordedDisk& left) {
    std::vector<RecordId> ids;
    const Verified verified = verify(left, kDir, [&](const Record& record) -> std::optional<std::string> {
      ids.push_back(record.id);
      return std::nullopt;
    });
    if (verified.fault) return verified.fault->text;
    return ids;
  }

  std::optional<std::string> compare(const std::vector<RecordId>& found) {
    if (found.size() < answered_.value) {
      return std::to_string(answered_.value) + " records were answered, " + std::to_string(found.size()) + " are there";
    }
    // While the log is being founded what it writes is not known yet.
    if (answered_.value == 0) return std::nullopt;
    if (found.size() > written_.size() + opening_) return "there are records that nobody wrote";
    const std::size_t known = std::min(found.size(), written_.size());
    if (!std::equal(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(known), written_.begin()))
      return "other records are there than were written";
    return std::nullopt;
  }

  std::mt19937_64 random_;  ///< the writer's
  std::mt19937_64 chance_;  ///< of crashes: used with the disk held, by whatever thread is at it
  RecordedDisk disk_;
  std::recursive_mutex mutex_;
  std::vector<RecordId> written_;  ///< in order; the last of them perhaps unanswered
  Sequence answered_;
  std::size_t opening_ = 0;  ///< records that an opening under way may have written
  std::size_t states_ = 0;
  std::optional<std::string> violation_;
};

TEST(CrashTest, no_answered_record_is_lost_whatever_sectors_a_power_cut_left) {
  std::size_t states = 0;
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    CrashedLog log(seed);
    log.run(40, 8);
    EXPECT_FALSE(log.violation()) << "seed " << seed << ": " << *log.violation();
    states += log.states();
  }
  EXPECT_GT(states, 1000u);
  RecordProperty("crash_states", static_cast<int>(states));
}

TEST(CrashTest, no_answered_record_is_lost_in_any_of_all_subsets_of_the_sectors_of_one_group) {
  CrashedLog log(1);
  Surroundings around(log.disk());
  auto opened = around.open(small_segments(kDir, 8 * 1024));
  ASSERT_TRUE(opened);
  log.learn(**opened);
  std::size_t sectors_most = 0;
  log.disk().watch([&] {
    const std::size_t sectors = log.disk().unsynced_sectors();
    if (sectors > 8) return;  // the next segment in the making
    sectors_most = std::max(sectors_most, sectors);
    for (std::uint64_t subset = 0; subset < (1ULL << sectors); ++subset) {
      std::size_t nth = 0;
      log.try_crash(log.disk().crash([&] { return (subset >> nth++ & 1) != 0; }, log.disk().unsynced_directory_changes()));
    }
  });
  for (int i = 0; i < 6; ++i) log.append_group(**opened);
  log.disk().watch({});
  EXPECT_FALSE(log.violation()) << *log.violation();
  EXPECT_GE(sectors_most, 4u);
  EXPECT_GT(log.states(), 200u);
  RecordProperty("crash_states", static_cast<int>(log.states()));
}

using Lies = RecordedDisk::Lies;

/// Runs until a crash shows that the syncs which are left out were needed. `make` makes what leaves them out, anew for each run.
bool some_crash_shows(const std::function<Lies()>& make) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CrashedLog log(seed);
    log.disk().lie_when(make());
    log.run(40, 8);
    if (log.violation()) return true;
  }
  return false;
}

/// The `nth` of the steps of this kind, counted from 1, on files whose name ends so; 0: all of them.
Lies leaves_out(RecordedDisk::Step step, std::string_view ending, int nth) {
  return [=, seen = 0](const RecordedDisk::Event& event) mutable {
    return event.step == step && event.path.ends_with(ending) && (nth == 0 || ++seen == nth);
  };
}

TEST(CrashTest, the_test_sees_that_the_syncs_of_groups_are_missing) {
  EXPECT_TRUE(some_crash_shows([] { return leaves_out(RecordedDisk::Step::sync, ".segment", 0); }));
}

TEST(CrashTest, the_test_sees_that_the_sync_of_one_group_is_missing) {
  for (const int nth : {2, 7, 30})
    EXPECT_TRUE(some_crash_shows([=] { return leaves_out(RecordedDisk::Step::sync, ".segment", nth); })) << nth;
}

TEST(CrashTest, the_test_sees_that_the_sync_of_one_new_segment_s_name_is_missing) {
  for (const int nth : {1, 2, 4}) EXPECT_TRUE(some_crash_shows([=] { return leaves_out(RecordedDisk::Step::sync_dir, "", nth); })) << nth;
}

TEST(CrashTest, the_test_sees_that_the_syncs_of_new_segments_heads_are_missing) {
  EXPECT_TRUE(some_crash_shows([] { return leaves_out(RecordedDisk::Step::sync, ".zeros", 0); }));
}

TEST(CrashTest, a_crash_while_the_log_recovers_from_a_crash_loses_nothing_either) {
  std::size_t states = 0;
  for (std::uint64_t seed = 100; seed < 130; ++seed) {
    CrashedLog log(seed);
    log.run(10, 1'000'000);
    log.opens_again();
    // Two crashes deep: the disk of the first is watched while it is opened, and judged by what the first life answered.
    const auto first = log.disk().crash(log.random());
    first->watch([&] { log.try_crash(first->crash(log.random())); });
    Surroundings around(*first);
    auto opened = around.open(small_segments(kDir, 8 * 1024));
    ASSERT_TRUE(opened);
    first->watch({});
    states += log.states();
    EXPECT_FALSE(log.violation()) << "seed " << seed << ": " << *log.violation();
  }
  EXPECT_GT(states, 100u);
  RecordProperty("crash_states", static_cast<int>(states));
}

}  // namespace
}  // namespace dialin::log
