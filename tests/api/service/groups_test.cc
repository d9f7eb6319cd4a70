// What is in flight counts: groups, the overlay in front of the views, the order of answers.

#include "api/service/driver.h"

namespace dialin::test {
namespace {

using service::Asked;

struct Groups : testing::Test {
  Stack stack;
  Driver driver{stack};
  const ConfigId a = id_of(1), b = id_of(2), c = id_of(3);
};

TEST_F(Groups, what_is_queued_becomes_one_group) {
  driver.write({create(a, number_of(1)), create(b, number_of(2)), rename(a, "Reception")});
  EXPECT_EQ(stack.log.appends(), 1u);
  EXPECT_EQ(stack.log.in_flight(), 1u);
  driver.finish();
  EXPECT_EQ(stack.log.records().size(), 3u);
  EXPECT_EQ(driver.answer_order, (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(driver.observer.sequences, (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(stack.views.config(kAcme, a)->version, Version{2});
}

TEST_F(Groups, a_group_takes_no_more_than_its_bound) {
  Driver small(stack, {.group_max = 2});
  small.write({create(a, number_of(1)), create(b, number_of(2)), rename(a, "Reception")});
  EXPECT_EQ(stack.log.in_flight(), 2u);
  small.finish();
  EXPECT_EQ(small.code(2), WriteCode::stored);
}

TEST_F(Groups, nothing_is_answered_before_the_log_has) {
  driver.write({create(a, number_of(1))});
  EXPECT_FALSE(driver.is_answered(0));
  EXPECT_EQ(driver.core.applied(), Sequence{0});
  driver.finish();
  EXPECT_EQ(driver.code(0), WriteCode::stored);
  EXPECT_EQ(driver.answers[0]->sequence, Sequence{1});
  EXPECT_EQ(driver.core.applied(), Sequence{1});
}

TEST_F(Groups, create_update_and_delete_in_one_group) {
  driver.write({create(a, number_of(1)), rename(a, "Reception"), remove(a), rename(a, "Late")});
  driver.finish();
  EXPECT_EQ(driver.answers[1]->state->config.name_prefix, "Reception");
  EXPECT_EQ(driver.answers[1]->state->version, Version{2});
  EXPECT_TRUE(driver.answers[2]->state->deleted);
  EXPECT_EQ(driver.answers[3]->refusal.code, RefusalCode::not_found);
  EXPECT_FALSE(stack.views.config(kAcme, a));
  EXPECT_EQ(stack.views.live_configs(kAcme), 0u);
}

TEST_F(Groups, states_in_flight_are_complete) {
  driver.write({create(a, number_of(1)), rename(a, "Reception")});
  driver.finish();
  const auto stored = stack.views.state(kAcme, a);
  ASSERT_TRUE(stored);
  EXPECT_EQ(*driver.answers[1]->state, *stored);
  EXPECT_EQ(driver.answers[0]->state->created_at, stored->created_at);
  EXPECT_EQ(driver.answers[0]->state->created_sequence, Sequence{1});
}

TEST_F(Groups, a_number_freed_in_flight_is_free_for_the_next_write) {
  driver.finished(create(a, number_of(1)));
  driver.write({remove(a), create(b, number_of(1))});
  driver.write({renumber(b, number_of(2)), create(c, number_of(1))});
  driver.finish();
  for (const auto& answer : driver.answers) EXPECT_EQ(answer->code, WriteCode::stored);
  EXPECT_EQ(stack.views.holder(number_of(1)), (Holder{kAcme, c}));
  EXPECT_EQ(stack.views.holder(number_of(2)), (Holder{kAcme, b}));
}

TEST_F(Groups, a_number_taken_in_flight_is_taken) {
  driver.write({create(a, number_of(1))});
  driver.write({of_tenant(kGlobex, create(b, number_of(1))), create(c, number_of(1))});
  driver.finish();
  EXPECT_EQ(driver.answers[1]->refusal.code, RefusalCode::number_in_use);
  EXPECT_FALSE(driver.answers[1]->refusal.conflict) << "another tenant's config is not named";
  EXPECT_EQ(driver.answers[2]->refusal.conflict->id, a);
}

TEST_F(Groups, a_number_that_changes_hands_in_flight_stays_taken_while_groups_are_applied) {
  driver.finished(create(a, number_of(1)));
  driver.write({remove(a)});
  driver.write({create(b, number_of(1))});
  stack.log.answer_one();
  driver.settle();
  EXPECT_FALSE(stack.views.holder(number_of(1))) << "the views know of the deletion only";
  driver.write({create(c, number_of(1))});
  driver.finish();
  EXPECT_EQ(driver.answers[3]->refusal.code, RefusalCode::number_in_use);
  EXPECT_EQ(driver.answers[3]->refusal.conflict->id, b);
}

TEST_F(Groups, several_groups_in_flight_build_on_each_other) {
  driver.write({create(a, number_of(1))});
  driver.write({rename(a, "One")});
  driver.write({rename(a, "Two")});
  EXPECT_EQ(stack.log.in_flight(), 3u);
  stack.log.answer_one();
  driver.settle();
  EXPECT_TRUE(driver.is_answered(0));
  EXPECT_FALSE(driver.is_answered(1));
  EXPECT_EQ(stack.views.config(kAcme, a)->version, Version{1});
  driver.write({rename(a, "Three")});
  driver.finish();
  EXPECT_EQ(driver.answers[3]->state->version, Version{4});
  EXPECT_EQ(driver.answer_order, (std::vector<std::size_t>{0, 1, 2, 3}));
}

TEST_F(Groups, groups_in_flight_are_bounded) {
  driver.write({create(a, number_of(1))});
  for (std::size_t i = 0; i + 1 < service::WriterCore::kGroupsInFlightMax; ++i) driver.write({rename(a, std::to_string(i))});
  driver.write({rename(a, "one more")});
  EXPECT_EQ(stack.log.in_flight(), service::WriterCore::kGroupsInFlightMax);
  EXPECT_FALSE(driver.core.can_step());
  driver.finish();
  EXPECT_EQ(driver.answers.back()->state->config.name_prefix, "one more");
}

TEST_F(Groups, an_answer_that_stores_nothing_waits_for_what_it_was_decided_on) {
  driver.write({create(a, number_of(1))});
  driver.write({create(b, number_of(1))});
  driver.write({rename(c, "Nobody")});
  EXPECT_FALSE(driver.is_answered(1));
  EXPECT_FALSE(driver.is_answered(2));
  EXPECT_EQ(stack.log.appends(), 1u);
  driver.finish();
  EXPECT_EQ(driver.answers[1]->refusal.code, RefusalCode::number_in_use);
  EXPECT_EQ(driver.answers[1]->sequence, Sequence{1});
  EXPECT_EQ(driver.answer_order, (std::vector<std::size_t>{0, 1, 2}));
}

TEST_F(Groups, an_answer_that_stores_nothing_is_given_at_once_when_nothing_is_in_flight) {
  driver.write({rename(a, "Nobody")});
  EXPECT_EQ(driver.answers[0]->refusal.code, RefusalCode::not_found);
  EXPECT_EQ(stack.log.appends(), 0u);
}

TEST_F(Groups, nothing_changed_is_no_event) {
  driver.finished(create(a, number_of(1)));
  EXPECT_EQ(driver.finished(rename(a, "Reception")).code, WriteCode::stored);
  const WriteResult again = driver.finished(rename(a, "Reception"));
  EXPECT_EQ(again.code, WriteCode::unchanged);
  EXPECT_EQ(again.state->version, Version{2});
  EXPECT_EQ(again.sequence, Sequence{2});
  EXPECT_EQ(stack.log.records().size(), 2u);
}

TEST_F(Groups, a_move_is_two_records_one_microsecond_apart) {
  driver.finished(create(a, number_of(1)));
  const WriteResult moved = driver.finished(move(a, b, Category::pin_dialin));
  ASSERT_EQ(moved.code, WriteCode::stored);
  EXPECT_EQ(moved.moved_from, a);
  EXPECT_EQ(moved.state->id, b);
  EXPECT_EQ(moved.sequence, Sequence{3});
  const auto records = stack.log.records();
  EXPECT_EQ(records[1].type, record_type_of(EventName::deleted));
  EXPECT_EQ(records[2].time.us, records[1].time.us + 1);
  EXPECT_EQ(stack.views.holder(number_of(1)), (Holder{kAcme, b}));
  EXPECT_EQ(driver.finished(rename(a, "Old")).refusal.code, RefusalCode::not_found);
}

TEST_F(Groups, a_version_in_flight_can_be_restored) {
  driver.write({create(a, number_of(1)), rename(a, "One"), rename(a, "Two")});
  driver.write({restore(a, 2)});
  driver.finish();
  EXPECT_EQ(driver.answers[3]->state->config.name_prefix, "One");
  EXPECT_EQ(driver.answers[3]->state->version, Version{4});
  driver.write({remove(a), restore(a, 5)});
  driver.finish();
  EXPECT_FALSE(driver.answers[5]->state->deleted);
  EXPECT_EQ(driver.answers[5]->state->config.name_prefix, "One");
  EXPECT_EQ(driver.answers[5]->state->created_sequence, Sequence{1});
}

TEST_F(Groups, times_increase_when_the_clock_jumps_back) {
  driver.finished(create(a, number_of(1)));
  stack.clock.us -= 3600LL * 1'000'000;
  driver.write({rename(a, "One"), rename(a, "Two")});
  driver.finish();
  const auto records = stack.log.records();
  EXPECT_EQ(records[1].time.us, records[0].time.us + 1);
  EXPECT_EQ(records[2].time.us, records[0].time.us + 2);
}

TEST_F(Groups, a_dry_run_appends_nothing_and_sees_what_is_in_flight) {
  driver.write({create(a, number_of(1)), dry(rename(a, "Would")), dry(create(b, number_of(2))), create(c, number_of(2)),
                dry(create(b, number_of(2)))});
  driver.write({dry(move(a, b, Category::pin_dialin)), dry(remove(a))});
  driver.finish();
  EXPECT_EQ(stack.log.records().size(), 2u);
  EXPECT_EQ(driver.code(1), WriteCode::would_store);
  EXPECT_EQ(driver.answers[1]->state->config.name_prefix, "Would");
  EXPECT_EQ(driver.answers[1]->state->version, Version{2});
  EXPECT_EQ(driver.code(2), WriteCode::would_store);
  EXPECT_EQ(driver.code(3), WriteCode::stored) << "a dry run holds no number";
  EXPECT_EQ(driver.answers[4]->refusal.code, RefusalCode::number_in_use);
  EXPECT_EQ(driver.answers[5]->moved_from, a);
  EXPECT_TRUE(driver.answers[6]->state->deleted);
  EXPECT_EQ(stack.views.config(kAcme, a)->version, Version{1});
}

TEST_F(Groups, records_of_others_are_applied_before_the_next_decision) {
  driver.finished(create(a, number_of(1)));
  stack.log.append_foreign("dialin.log.opened.v1", {stack.clock.us + 5});
  const WriteResult next = driver.finished(rename(a, "Reception"));
  EXPECT_EQ(next.code, WriteCode::stored);
  EXPECT_EQ(next.sequence, Sequence{3});
  EXPECT_EQ(driver.observer.sequences, (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST_F(Groups, hot_states_are_bounded_and_forgotten_ones_come_back_from_the_views) {
  Driver small(stack, {.hot_configs_bytes_max = 2'000});
  for (std::uint64_t i = 0; i < 20; ++i) small.finished(create(id_of(i), number_of(i)));
  for (std::uint64_t i = 0; i < 20; ++i) EXPECT_EQ(small.finished(rename(id_of(i), "Name")).state->version, Version{2});
}

TEST_F(Groups, views_are_flushed_when_no_write_came_for_a_while) {
  driver.finished(create(a, number_of(1)));
  driver.core.step(driver.now + std::chrono::seconds(4));
  EXPECT_EQ(stack.store.flushes, 0);
  EXPECT_EQ(driver.core.wake_at(), driver.now + std::chrono::seconds(5));
  driver.core.step(driver.core.wake_at());
  EXPECT_EQ(stack.store.flushes, 1);
  driver.core.step(driver.now + std::chrono::hours(1));
  EXPECT_EQ(stack.store.flushes, 1) << "there is nothing new to flush";
}

}  // namespace
}  // namespace dialin::test
