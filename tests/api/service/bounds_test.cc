// What is bounded stays within its bound: the queue, taken writes included, a tenant's part of it, and the states kept in memory.

#include <gtest/gtest.h>

#include "api/service/hot_configs.h"
#include "api/service/stack.h"
#include "api/service/write_queue.h"

namespace dialin::test {
namespace {

using service::bytes_of;
using service::HotConfigs;
using service::Submitted;
using service::WriteQueue;

const auto kNow = std::chrono::steady_clock::time_point{};

/// The places that the tests of one thing do not meet.
constexpr std::size_t kMany = 1000;

const TenantId kInitech = tenant_id_of("initech");

Submitted push(WriteQueue& queue, const TenantId& tenant = kAcme, std::uint64_t number = 1) {
  return queue.push({of_tenant(tenant, remove(id_of(number))), [](service::WriteResult) {}});
}

/// Whose writes are taken next, by the first letter of the tenant's name.
std::string taken(WriteQueue& queue) {
  WriteQueue::Mail mail;
  queue.take(mail, true, kNow);
  std::string order;
  for (const auto& asked : mail.asked) order += asked.command.tenant == kAcme ? 'a' : asked.command.tenant == kGlobex ? 'g' : 'i';
  return order;
}

TEST(WriteQueue, writes_count_until_they_are_decided) {
  WriteQueue queue(2, kMany);
  EXPECT_EQ(push(queue), Submitted::queued);
  EXPECT_EQ(push(queue, kGlobex), Submitted::queued);
  EXPECT_EQ(push(queue), Submitted::queue_full);
  EXPECT_EQ(taken(queue), "ag");
  EXPECT_EQ(queue.waiting(), 2u);
  EXPECT_EQ(push(queue), Submitted::queue_full) << "taken, and not decided yet";
  queue.decided(1);
  EXPECT_EQ(push(queue), Submitted::queued);
  EXPECT_EQ(push(queue), Submitted::queue_full);
}

TEST(WriteQueue, outcomes_come_through_while_writes_are_left_lying) {
  WriteQueue queue(2, kMany);
  EXPECT_EQ(push(queue), Submitted::queued);
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
  WriteQueue queue(2, kMany);
  EXPECT_EQ(push(queue), Submitted::queued);
  queue.close();
  EXPECT_EQ(push(queue), Submitted::queue_full);
  WriteQueue::Mail mail;
  queue.take(mail, true, kNow);
  EXPECT_EQ(mail.asked.size(), 1u);
  EXPECT_TRUE(mail.closed);
}

TEST(WriteQueue, tenants_take_turns_and_each_keeps_its_order) {
  WriteQueue queue(kMany, 6);
  for (std::uint64_t i = 0; i < 10; ++i) push(queue, kAcme, i);
  for (std::uint64_t i = 0; i < 3; ++i) push(queue, kGlobex, i);
  EXPECT_EQ(taken(queue), "agagag");
  push(queue, kInitech);
  EXPECT_EQ(taken(queue), "aiaaaa") << "who comes late waits for one of each of the others";
  push(queue, kGlobex);
  WriteQueue::Mail mail;
  queue.take(mail, true, kNow);
  ASSERT_EQ(mail.asked.size(), 3u);
  EXPECT_EQ(std::get<Delete>(mail.asked[0].command.action).id, id_of(8));
  EXPECT_EQ(mail.asked[1].command.tenant, kGlobex);
  EXPECT_EQ(std::get<Delete>(mail.asked[2].command.action).id, id_of(9));
  EXPECT_EQ(taken(queue), "");
}

TEST(WriteQueue, one_tenant_alone_is_taken_up_to_the_bound) {
  WriteQueue queue(kMany, 4);
  for (std::uint64_t i = 0; i < 6; ++i) push(queue, kAcme, i);
  EXPECT_EQ(taken(queue), "aaaa");
  EXPECT_EQ(queue.waiting(), 6u);
  queue.decided(4);
  EXPECT_EQ(taken(queue), "aa");
}

/// How many of `count` find room.
std::size_t room_for(WriteQueue& queue, const TenantId& tenant, std::size_t count) {
  std::size_t queued = 0;
  for (std::size_t i = 0; i < count; ++i) queued += push(queue, tenant) == Submitted::queued ? 1 : 0;
  return queued;
}

TEST(WriteQueue, a_tenant_holds_no_more_places_than_are_still_free) {
  WriteQueue queue(100, 10);
  EXPECT_EQ(room_for(queue, kAcme, 1000), 50u) << "half of the queue";
  EXPECT_EQ(push(queue, kAcme), Submitted::share_used);
  EXPECT_EQ(room_for(queue, kGlobex, 1000), 25u) << "half of the rest";
  EXPECT_EQ(room_for(queue, kInitech, 1000), 13u);
  EXPECT_EQ(push(queue, tenant_id_of("late")), Submitted::queued) << "there is room for whoever comes";
  for (std::size_t i = 0; i < 10; ++i) queue.decided(taken(queue).size());
  EXPECT_EQ(queue.waiting(), 0u);
  EXPECT_EQ(room_for(queue, kAcme, 1000), 50u) << "and what was decided is free again";
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
