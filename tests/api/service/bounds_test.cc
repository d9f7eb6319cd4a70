// What is bounded stays within its bound: the queue, taken writes included, and the states kept in memory.

#include <gtest/gtest.h>

#include "api/service/hot_configs.h"
#include "api/service/stack.h"
#include "api/service/write_queue.h"

namespace dialin::test {
namespace {

using service::bytes_of;
using service::HotConfigs;
using service::WriteQueue;

const auto kNow = std::chrono::steady_clock::time_point{};

bool push(WriteQueue& queue) {
  return queue.push({remove(id_of(1)), [](service::WriteResult) {}});
}

TEST(WriteQueue, writes_count_until_they_are_decided) {
  WriteQueue queue(2);
  EXPECT_TRUE(push(queue));
  EXPECT_TRUE(push(queue));
  EXPECT_FALSE(push(queue));
  WriteQueue::Mail mail;
  queue.take(mail, true, kNow);
  EXPECT_EQ(mail.asked.size(), 2u);
  EXPECT_EQ(queue.waiting(), 2u);
  EXPECT_FALSE(push(queue)) << "taken, and not decided yet";
  queue.decided(1);
  EXPECT_TRUE(push(queue));
  EXPECT_FALSE(push(queue));
}

TEST(WriteQueue, outcomes_come_through_while_writes_are_left_lying) {
  WriteQueue queue(2);
  EXPECT_TRUE(push(queue));
  queue.push(Tail{{5}, {}, {}});
  WriteQueue::Mail mail;
  queue.take(mail, false, kNow);
  EXPECT_TRUE(mail.asked.empty());
  ASSERT_EQ(mail.outcomes.size(), 1u);
  EXPECT_EQ(mail.outcomes[0]->sequence, Sequence{5});
  queue.take(mail, true, kNow);
  EXPECT_EQ(mail.asked.size(), 1u);
  EXPECT_TRUE(mail.outcomes.empty());
}

TEST(WriteQueue, a_closed_queue_takes_nothing_and_gives_what_it_has) {
  WriteQueue queue(2);
  EXPECT_TRUE(push(queue));
  queue.close();
  EXPECT_FALSE(push(queue));
  WriteQueue::Mail mail;
  queue.take(mail, true, kNow);
  EXPECT_EQ(mail.asked.size(), 1u);
  EXPECT_TRUE(mail.closed);
}

ConfigState state_of(std::uint64_t number, std::uint64_t version = 1) {
  ConfigState state;
  state.id = id_of(number);
  state.version = {version};
  return state;
}

TEST(HotConfigs, never_more_than_the_bound_and_the_asked_for_stay) {
  HotConfigs hot(10 * bytes_of(state_of(0)));
  for (std::uint64_t i = 0; i < 1000; ++i) {
    hot.keep(state_of(i));
    ASSERT_LE(hot.size(), 10u);
    ASSERT_NE(hot.find(id_of(0)), nullptr) << "asked for all the time";
    ASSERT_NE(hot.find(id_of(i)), nullptr);
  }
  EXPECT_EQ(hot.find(id_of(500)), nullptr) << "not asked for since";
}

TEST(HotConfigs, the_last_kept_state_counts_whatever_generation_held_the_one_before) {
  HotConfigs hot(4 * bytes_of(state_of(0)));
  for (std::uint64_t i = 1; i <= 3; ++i) hot.keep(state_of(i));  // the first is in the old generation now
  hot.keep(state_of(1, 2));
  EXPECT_EQ(hot.find(id_of(1))->version, Version{2});
  hot.keep(state_of(1, 3));
  EXPECT_EQ(hot.find(id_of(1))->version, Version{3});
  hot.drop(id_of(1));
  EXPECT_EQ(hot.find(id_of(1)), nullptr);
}

TEST(HotConfigs, the_bound_is_of_bytes) {
  ConfigState large = state_of(1);
  large.config.timeout_message = std::string(16'000, 'x');
  EXPECT_GT(bytes_of(large), 16'000u);
  HotConfigs hot(100 * bytes_of(state_of(0)));
  for (std::uint64_t i = 0; i < 20; ++i) {
    large.id = id_of(i);
    hot.keep(large);
    ASSERT_LE(hot.size(), 4u) << "two of them fill a generation";
  }
}

}  // namespace
}  // namespace dialin::test
