#include "infra/log/log_walk.h"

#include <gtest/gtest.h>

#include "support.h"

namespace dialin::log {
namespace {

/// A log of 22 records in several segments, and where each of them stands.
struct LogWalkTest : testing::Test {
  LogWalkTest() {
    Surroundings around(files);
    auto log = std::move(*around.open(small_segments(dir)));
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(append(*log, {1500}));
    log.reset();
    const auto walk = open(std::nullopt);
    Record record;
    while (walk->next(record) == LogWalk::Step::record) tails.push_back(walk->tail()), places.push_back(walk->place().text());
  }
  std::unique_ptr<LogWalk> open(std::optional<Sequence> last) { return std::move(*walk_directory(files, dir, {}, last)); }

  TemporaryDir temporary;
  const std::string dir = temporary.path("log");
  PosixFiles files;
  std::vector<Tail> tails;
  std::vector<std::string> places;
};

TEST_F(LogWalkTest, ends_with_the_last_record_that_is_asked_for_and_stays_there) {
  ASSERT_EQ(tails.size(), 22u);
  for (std::size_t last = 1; last <= tails.size() + 1; ++last) {
    const auto walk = open(Sequence{last});
    const std::size_t given = std::min(last, tails.size());
    Record record;
    for (std::size_t i = 0; i < given; ++i) ASSERT_EQ(walk->next(record), LogWalk::Step::record);
    for (int i = 0; i < 2; ++i) EXPECT_EQ(walk->next(record), LogWalk::Step::end);
    EXPECT_EQ(walk->tail(), tails[given - 1]);
    EXPECT_EQ(walk->place().text(), places[given - 1]);
    EXPECT_FALSE(walk->may_go_on());
  }
}

TEST_F(LogWalkTest, of_nothing_gives_nothing) {
  const auto walk = open(Sequence{0});
  Record record;
  EXPECT_EQ(walk->next(record), LogWalk::Step::end);
  EXPECT_EQ(walk->tail(), Tail{});
}

TEST_F(LogWalkTest, finds_damage_right_behind_its_end) {
  const std::string name = dir + "/00000000000000000001.segment";
  std::string bytes = file_content(name);
  const std::size_t at = bytes.find(std::string(100, static_cast<char>('a' + 1500 % 26)));
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  write_file(name, bytes);
  const auto walk = open(Sequence{2});
  Record record;
  for (int i = 0; i < 2; ++i) ASSERT_EQ(walk->next(record), LogWalk::Step::record);
  EXPECT_EQ(walk->next(record), LogWalk::Step::fault);
  EXPECT_EQ(walk->fault().sequence, Sequence{3});
}

}  // namespace
}  // namespace dialin::log
