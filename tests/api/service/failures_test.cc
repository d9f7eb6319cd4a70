// What becomes of writes when the log or the views fail: nobody is told what is not so, and it goes on by itself.

#include "api/service/driver.h"

namespace dialin::test {
namespace {

struct Failures : testing::Test {
  Stack stack;
  Driver driver{stack};
  const ConfigId a = id_of(1), b = id_of(2);

  void fail_log(LogError error, std::size_t landed = 0) {
    stack.log.fail_all(error, landed);
    driver.settle();
    driver.step();
  }
};

TEST_F(Failures, a_group_that_the_log_refuses_is_unavailable_and_leaves_nothing) {
  driver.write({create(a, number_of(1)), create(b, number_of(1)), dry(rename(a, "Would"))});
  fail_log(LogError::no_space);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(driver.code(i), WriteCode::unavailable);
  EXPECT_NE(driver.answers[0]->why.find("disk is full, nothing was stored"), std::string::npos);
  EXPECT_EQ(driver.finished(rename(a, "Late")).refusal.code, RefusalCode::not_found);
  EXPECT_EQ(driver.finished(create(b, number_of(1))).code, WriteCode::stored) << "the number is free again, the next write just tries";
}

TEST_F(Failures, groups_in_flight_behind_a_failed_one_fail_too) {
  driver.finished(create(a, number_of(1)));
  driver.write({rename(a, "One")});
  driver.write({rename(a, "Two")});
  driver.write({rename(b, "Nobody")});
  fail_log(LogError::unavailable);
  EXPECT_EQ(driver.answer_order, (std::vector<std::size_t>{0, 1, 2, 3}));
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(driver.code(i), WriteCode::unavailable);
  EXPECT_EQ(driver.finished(rename(a, "Three")).state->version, Version{2});
}

TEST_F(Failures, a_failed_group_leaves_the_state_of_the_one_before_it) {
  driver.finished(create(a, number_of(1)));
  driver.write({rename(a, "Stored")});
  driver.write({rename(a, "Lost")});
  stack.log.answer_one();
  driver.settle();
  fail_log(LogError::unavailable);
  const WriteResult next = driver.finished(rename(a, "Stored"));
  EXPECT_EQ(next.code, WriteCode::unchanged);
  EXPECT_EQ(next.state->version, Version{2});
}

TEST_F(Failures, nothing_is_decided_on_a_failure_that_is_still_on_its_way) {
  driver.write({create(a, number_of(1))});
  stack.log.fail_all(LogError::unavailable);  // the core has not been told yet
  driver.write({rename(a, "Built on sand")});
  EXPECT_TRUE(stack.log.records().empty());
  driver.settle();
  driver.step();
  driver.finish();
  EXPECT_EQ(driver.code(0), WriteCode::unavailable);
  EXPECT_EQ(driver.answers[1]->refusal.code, RefusalCode::not_found);
  EXPECT_TRUE(stack.log.records().empty());
}

TEST_F(Failures, a_failure_between_deciding_and_appending_is_noticed_by_the_log) {
  stack.log.fails = LogError::no_space;
  driver.write({create(a, number_of(1))});
  EXPECT_EQ(driver.code(0), WriteCode::unavailable);
  stack.log.fails.reset();
  EXPECT_EQ(driver.finished(create(a, number_of(1))).code, WriteCode::stored);
}

TEST_F(Failures, a_lost_answer_is_an_unknown_outcome) {
  driver.write({create(a, number_of(1)), rename(b, "Nobody")});
  fail_log(LogError::unknown);
  EXPECT_EQ(driver.code(0), WriteCode::outcome_unknown);
  EXPECT_EQ(driver.code(1), WriteCode::unavailable) << "it stored nothing, whatever became of the write before it";
  EXPECT_EQ(driver.finished(create(b, number_of(1))).code, WriteCode::stored) << "it had not landed";
}

TEST_F(Failures, a_write_that_landed_though_its_answer_was_lost_is_seen_by_the_next) {
  driver.write({create(a, number_of(1))});
  driver.write({rename(a, "Not landed")});
  fail_log(LogError::unknown, 1);
  EXPECT_EQ(driver.code(0), WriteCode::outcome_unknown);
  EXPECT_EQ(driver.code(1), WriteCode::outcome_unknown);
  const WriteResult next = driver.finished(create(b, number_of(1)));
  EXPECT_EQ(next.refusal.code, RefusalCode::number_in_use);
  EXPECT_EQ(next.refusal.conflict->id, a);
  EXPECT_EQ(driver.observer.sequences, (std::vector<std::uint64_t>{1}));
}

TEST_F(Failures, groups_built_on_one_that_landed_unnoticed_are_applied_with_it) {
  driver.write({create(a, number_of(1))});
  stack.log.fail_all(LogError::unknown, 1);  // on the chain, and the core has not been told yet
  driver.write({rename(a, "One"), rename(a, "Two")});
  driver.write({rename(a, "Three")});
  EXPECT_EQ(stack.log.in_flight(), 1u);
  driver.finish();
  EXPECT_EQ(driver.code(0), WriteCode::outcome_unknown);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(driver.code(i), WriteCode::stored);
  EXPECT_EQ(driver.observer.sequences, (std::vector<std::uint64_t>{1, 2, 3, 4}));
  EXPECT_EQ(driver.finished(rename(a, "Four")).state->version, Version{5});
}

TEST_F(Failures, stored_but_not_applied_is_an_unknown_outcome_and_recovers) {
  driver.finished(create(a, number_of(1)));
  stack.store.full = true;
  driver.write({rename(a, "Stored"), rename(b, "Nobody")});
  driver.finish();
  EXPECT_EQ(stack.telemetry.count(Counter::view_apply_failures), 1u);
  EXPECT_EQ(driver.code(1), WriteCode::outcome_unknown);
  EXPECT_NE(driver.answers[1]->why.find("stored, but not yet applied"), std::string::npos);
  EXPECT_EQ(driver.code(2), WriteCode::unavailable);
  EXPECT_NE(driver.core.trouble(), "");
  EXPECT_EQ(stack.log.records().size(), 2u);

  EXPECT_EQ(driver.finished(rename(a, "Refused")).code, WriteCode::unavailable);
  EXPECT_NE(driver.answers.back()->why.find("nothing was stored"), std::string::npos);
  driver.now = driver.core.wake_at();
  EXPECT_EQ(driver.finished(rename(a, "Still refused")).code, WriteCode::unavailable);
  EXPECT_EQ(stack.log.records().size(), 2u);

  stack.store.full = false;
  stack.store.stuck = true;
  driver.now = driver.core.wake_at();
  driver.core.step(driver.now);
  EXPECT_NE(driver.core.trouble(), "") << "the store has not resumed";

  stack.store.stuck = false;
  driver.now = driver.core.wake_at();
  driver.core.step(driver.now);
  EXPECT_EQ(driver.core.trouble(), "");
  EXPECT_EQ(driver.core.applied(), Sequence{2});
  EXPECT_EQ(driver.observer.sequences, (std::vector<std::uint64_t>{1, 2}));
  const WriteResult next = driver.finished(rename(a, "Taken"));
  EXPECT_EQ(next.code, WriteCode::stored);
  EXPECT_EQ(next.state->version, Version{3}) << "the write that was stored counts";
}

TEST_F(Failures, the_repetition_of_a_write_without_an_outcome_is_not_told_that_nothing_was_stored) {
  stack.store.full = true;
  driver.write({with_key(key_of(1), create(a, number_of(1))), with_key(key_of(1), create(b, number_of(1)))});
  driver.finish();
  EXPECT_EQ(driver.code(0), WriteCode::outcome_unknown);
  EXPECT_EQ(driver.code(1), WriteCode::idempotency_running);
}

TEST_F(Failures, groups_in_flight_when_the_views_fail_are_answered_and_caught_up) {
  driver.finished(create(a, number_of(1)));
  driver.write({rename(a, "One")});
  driver.write({rename(a, "Two")});
  stack.store.full = true;
  stack.log.answer_one();
  driver.settle();
  driver.write({rename(a, "While in trouble")});
  EXPECT_FALSE(driver.is_answered(3)) << "answers keep their order";
  driver.finish();
  EXPECT_EQ(driver.code(1), WriteCode::outcome_unknown);
  EXPECT_EQ(driver.code(2), WriteCode::outcome_unknown);
  EXPECT_EQ(driver.code(3), WriteCode::unavailable);
  stack.store.full = false;
  driver.now = driver.core.wake_at();
  driver.core.step(driver.now);
  EXPECT_EQ(stack.views.state(kAcme, a)->config.name_prefix, "Two");
  EXPECT_EQ(driver.observer.sequences, (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST_F(Failures, a_write_whose_state_cannot_be_read_is_unavailable_and_disturbs_nobody) {
  driver.write({create(a, std::nullopt, Category::pin_dialin)});
  stack.store.unreadable = true;
  driver.write({rename(b, "Unreadable"), rename(a, "In memory")});
  stack.store.unreadable = false;
  driver.finish();
  EXPECT_EQ(driver.code(0), WriteCode::stored);
  EXPECT_EQ(driver.code(1), WriteCode::unavailable);
  EXPECT_EQ(driver.code(2), WriteCode::stored);
}

}  // namespace
}  // namespace dialin::test
