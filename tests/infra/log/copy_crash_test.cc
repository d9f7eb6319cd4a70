// A copy of a log is not synced group by group. A power cut that kept later groups and lost earlier ones must leave an end that is cut,
// never damage that keeps the node from starting; and what a mark or a segment has closed is there.

#include <gtest/gtest.h>

#include <mutex>
#include <optional>

#include "infra/log/chain_file.h"
#include "infra/log/verified.h"
#include "recorded_disk.h"
#include "support.h"

namespace dialin::log {
namespace {

constexpr const char* kDir = "log";
constexpr LogId kLog{{1, 2, 3}};

ChainFileOptions copy_options() {
  ChainFileOptions options;
  options.dir = kDir;
  options.segment_bytes = 8 * 1024;
  options.idle = kNeverIdle;  // a mark is written at the stop alone
  options.sync_groups = false;
  return options;
}

Result<std::unique_ptr<ChainFile>, OpenFailure> open_copy(FileLayer& files) {
  const auto exists = ChainFile::exists(files, kDir);
  if (!exists) return exists.error();
  if (!*exists) return ChainFile::create(files, copy_options(), kLog);
  auto chain = ChainFile::open(files, copy_options(), [](const Record&) {});
  if (!chain) return chain;
  if (const auto cut = (*chain)->prepare_to_append(); !cut) return cut.error();
  return chain;
}

std::vector<Record> group_after(Tail tail, const std::vector<std::size_t>& sizes) {
  auto group = records_after(tail, sizes);
  for (Record& record : group) {
    if (tail.sequence.value == 0) record.type = kLogCreated;
    chain_after(tail, record);
    tail = tail_of(record);
  }
  return group;
}

class CrashedCopy {
 public:
  explicit CrashedCopy(std::uint64_t seed) : random_(seed), chance_(seed) {}

  RecordedDisk& disk() { return disk_; }
  std::size_t states() {
    const std::lock_guard lock(mutex_);
    return states_;
  }
  /// The first thing that a crash broke.
  std::optional<std::string> violation() {
    const std::lock_guard lock(mutex_);
    return violation_;
  }

  /// Some starts and stops, with groups between them; at each step of the disk, with the chance of one in `one_in`, a crash is tried.
  void run(std::uint64_t one_in) {
    disk_.watch([this, one_in] {
      if (chance_() % one_in == 0) try_crash(*disk_.crash(chance_));
    });
    for (int life = 0; life < 4 && !violation(); ++life) {
      {
        auto chain = open_copy(disk_);
        ASSERT_TRUE(chain) << chain.error().text;
        for (int group = 0; group < 12; ++group) append_group(**chain);
      }
      const std::lock_guard lock(mutex_);
      closed_ = written_.size();
    }
    disk_.watch({});
  }

 private:
  void append_group(ChainFile& chain) {
    std::vector<std::size_t> sizes(1 + random_() % 5);
    for (std::size_t& size : sizes) size = random_() % 900;
    const auto group = group_after(chain.index().tail(), sizes);
    {
      const std::lock_guard lock(mutex_);
      for (const Record& record : group) written_.push_back(record.id);
    }
    ASSERT_FALSE(chain.append(group).failed());
  }

  void try_crash(RecordedDisk& left) {
    const std::lock_guard lock(mutex_);
    ++states_;
    if (!violation_) violation_ = check(left);
  }

  std::optional<std::string> check(RecordedDisk& left) const {
    auto chain = open_copy(left);
    if (!chain) return "the copy does not open: " + chain.error().text;
    const std::size_t found = (*chain)->index().tail().sequence.value;
    if (found < closed_) return std::to_string(closed_) + " records were closed by a mark, " + std::to_string(found) + " are there";
    if (found > written_.size()) return "there are records that nobody wrote";
    if ((*chain)->append(group_after((*chain)->index().tail(), {10, 700})).failed()) return "nothing can be appended";
    chain->reset();
    std::vector<RecordId> ids;
    const Verified verified = verify(left, kDir, [&](const Record& record) -> std::optional<std::string> {
      ids.push_back(record.id);
      return std::nullopt;
    });
    if (verified.fault) return "after the opening: " + verified.fault->text;
    if (ids.size() != found + 2) return "records are missing after the opening";
    if (!std::equal(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(found), written_.begin()))
      return "other records are there than were written";
    return std::nullopt;
  }

  std::mt19937_64 random_;  ///< the writer's
  std::mt19937_64 chance_;  ///< of crashes: used with the disk held, by whatever thread is at it
  RecordedDisk disk_;
  std::mutex mutex_;
  std::vector<RecordId> written_;  ///< in order; those of the last group perhaps not yet
  std::size_t closed_ = 0;         ///< how many of them a stop has closed
  std::size_t states_ = 0;
  std::optional<std::string> violation_;
};

TEST(CopyCrashTest, a_copy_opens_whatever_sectors_a_power_cut_left) {
  std::size_t states = 0;
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    CrashedCopy copy(seed);
    copy.run(4);
    EXPECT_FALSE(copy.violation()) << "seed " << seed << ": " << *copy.violation();
    states += copy.states();
  }
  EXPECT_GT(states, 1000u);
  RecordProperty("crash_states", static_cast<int>(states));
}

TEST(CopyCrashTest, the_test_sees_that_the_sync_before_a_mark_is_missing) {
  const auto shows = [](std::uint64_t seed) {
    CrashedCopy copy(seed);
    // Every other one: the first of the two at a stop.
    copy.disk().lie_when([syncs = 0](const RecordedDisk::Event& event) mutable {
      return event.step == RecordedDisk::Step::sync && event.path.ends_with(".segment") && ++syncs % 2 == 1;
    });
    copy.run(1);
    return copy.violation().has_value();
  };
  bool is_seen = false;
  for (std::uint64_t seed = 1; seed <= 20 && !is_seen; ++seed) is_seen = shows(seed);
  EXPECT_TRUE(is_seen);
}

}  // namespace
}  // namespace dialin::log
