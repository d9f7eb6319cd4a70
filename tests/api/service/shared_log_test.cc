// A log that other nodes append to, too: what they store is followed, no answer speaks of a present that is past, and no caller waits
// without end.

#include "api/service/driver.h"

namespace dialin::test {
namespace {

constexpr std::chrono::seconds kTooLong{5};

struct SharedLog : testing::Test {
  SharedLog() {
    stack.log.shared = true;
    driver.finished(create(a, number_of(1)));
  }
  /// What the log has said reaches the core, and the core goes on.
  void go_on() {
    driver.settle();
    driver.core.step(driver.now);
  }
  void another_leads() { stack.log.append_foreign(std::string(kLogOpened), {stack.clock.us + 1'000'000}); }

  Stack stack;
  Driver driver{stack};
  const ConfigId a = id_of(1), b = id_of(2), c = id_of(3);
};

struct Negative {
  const char* name;
  Command command;
  WriteCode code;
};
std::string name_of_negative(const testing::TestParamInfo<Negative>& info) {
  return info.param.name;
}

struct AnswersThatStoreNothing : SharedLog, testing::WithParamInterface<Negative> {};

TEST_P(AnswersThatStoreNothing, wait_until_the_end_was_asked_for) {
  driver.write({GetParam().command});
  EXPECT_FALSE(driver.is_answered(1));
  EXPECT_EQ(stack.log.questions(), 1u);
  stack.log.confirm_all();
  go_on();
  EXPECT_EQ(driver.code(1), GetParam().code);
  EXPECT_TRUE(driver.core.is_idle());
}

TEST_P(AnswersThatStoreNothing, are_not_given_when_another_has_taken_the_lead) {
  driver.write({GetParam().command});
  another_leads();
  stack.log.confirm_all();
  go_on();
  EXPECT_EQ(driver.code(1), WriteCode::unavailable);
  EXPECT_EQ(driver.core.applied(), Sequence{2});
}

TEST_P(AnswersThatStoreNothing, are_not_given_when_the_end_cannot_be_learnt) {
  driver.write({GetParam().command});
  stack.log.confirm_all(LogError::unavailable);
  go_on();
  EXPECT_EQ(driver.code(1), WriteCode::unavailable);
}

TEST_P(AnswersThatStoreNothing, do_not_wait_without_end) {
  driver.write({GetParam().command});
  EXPECT_EQ(driver.core.wake_at(), driver.now + kTooLong);
  driver.now += kTooLong;
  go_on();
  EXPECT_EQ(driver.code(1), WriteCode::unavailable);
  stack.log.confirm_all();  // late
  go_on();
}

TEST_P(AnswersThatStoreNothing, wait_for_what_they_were_decided_on_first) {
  driver.write({create(b, number_of(2)), GetParam().command});
  EXPECT_EQ(stack.log.questions(), 0u);
  stack.log.answer_all();
  driver.settle();
  EXPECT_EQ(driver.code(1), WriteCode::stored);
  EXPECT_FALSE(driver.is_answered(2));
  stack.log.confirm_all();
  go_on();
  EXPECT_EQ(driver.code(2), GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(All, AnswersThatStoreNothing,
                         testing::Values(Negative{"conflict", create(id_of(3), number_of(1)), WriteCode::refused},
                                         Negative{"no_such_config", rename(id_of(9), "Nobody"), WriteCode::refused},
                                         Negative{"unchanged", renumber(id_of(1), number_of(1)), WriteCode::unchanged},
                                         Negative{"dry_run", dry(create(id_of(4), number_of(4))), WriteCode::would_store}),
                         name_of_negative);

TEST_F(SharedLog, an_answer_that_was_given_before_is_given_again_at_once) {
  driver.finished(with_key(key_of(7), create(b, number_of(2))));
  driver.write({with_key(key_of(7), create(b, number_of(2)))});
  EXPECT_EQ(driver.code(2), WriteCode::replayed);
  EXPECT_EQ(stack.log.questions(), 0u);
}

TEST_F(SharedLog, what_others_append_is_applied) {
  stack.log.leading = false;
  another_leads();
  driver.core.step(driver.now);
  EXPECT_EQ(driver.core.applied(), Sequence{2});
  EXPECT_EQ(driver.observer.sequences, (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(SharedLog, a_node_that_does_not_lead_decides_nothing) {
  stack.log.leading = false;
  driver.write({create(b, number_of(2))});
  EXPECT_EQ(driver.code(1), WriteCode::unavailable);
  EXPECT_EQ(stack.log.appends(), 1u);
  stack.log.leading = true;
  EXPECT_EQ(driver.finished(create(b, number_of(2))).code, WriteCode::stored);
}

TEST_F(SharedLog, of_a_group_that_is_stored_in_part_each_write_is_told_its_own) {
  driver.write({create(b, number_of(2)), create(c, number_of(3)), renumber(c, number_of(2))});
  stack.log.land_part(1);
  another_leads();
  driver.settle();
  EXPECT_EQ(driver.code(1), WriteCode::stored);
  EXPECT_EQ(driver.code(2), WriteCode::unavailable);
  EXPECT_EQ(driver.code(3), WriteCode::unavailable);  // its conflict was with what may not be
  EXPECT_EQ(driver.core.applied(), Sequence{3});
  EXPECT_EQ(driver.finished(create(c, number_of(3))).code, WriteCode::stored);
}

TEST_F(SharedLog, a_log_that_loses_its_place_while_a_write_is_decided_refuses_it) {
  driver.write({create(b, number_of(2))});
  stack.log.after_end = [&] { stack.log.fail_all(LogError::unavailable); };
  driver.write({rename(b, "Decided on what is gone")});
  driver.finish();
  EXPECT_EQ(driver.code(1), WriteCode::unavailable);
  EXPECT_EQ(driver.code(2), WriteCode::unavailable);
  EXPECT_EQ(driver.finished(create(b, number_of(2))).code, WriteCode::stored);
}

TEST_F(SharedLog, a_write_with_a_key_that_another_node_may_have_stored_before_is_not_denied) {
  driver.write({with_key(key_of(7), create(b, number_of(2))), with_key(key_of(8), create(c, number_of(1))), create(c, number_of(3)),
                dry(with_key(key_of(9), create(c, number_of(1))))});
  stack.log.fail_all(LogError::unavailable);
  driver.settle();
  EXPECT_EQ(driver.code(1), WriteCode::outcome_unknown);
  EXPECT_EQ(driver.code(2), WriteCode::outcome_unknown);
  EXPECT_EQ(driver.code(3), WriteCode::unavailable);
  EXPECT_EQ(driver.code(4), WriteCode::unavailable);

  driver.write({with_key(key_of(8), create(c, number_of(1)))});
  another_leads();
  stack.log.confirm_all();
  go_on();
  EXPECT_EQ(driver.code(5), WriteCode::outcome_unknown);
}

TEST_F(SharedLog, a_write_without_an_answer_is_told_so_in_time) {
  driver.write({create(b, number_of(2))});
  EXPECT_EQ(driver.core.wake_at(), driver.now + kTooLong);
  driver.now += kTooLong;
  driver.core.step(driver.now);
  EXPECT_EQ(driver.code(1), WriteCode::outcome_unknown);
  EXPECT_TRUE(driver.core.is_stuck());
  EXPECT_FALSE(driver.core.trouble().empty());

  driver.write({create(c, number_of(3))});
  EXPECT_EQ(driver.code(2), WriteCode::unavailable);

  stack.log.answer_all();
  driver.settle();
  EXPECT_FALSE(driver.core.is_stuck());
  EXPECT_TRUE(driver.core.trouble().empty());
  EXPECT_TRUE(stack.views.config(kAcme, b));
  EXPECT_EQ(driver.finished(create(c, number_of(3))).code, WriteCode::stored);
}

}  // namespace
}  // namespace dialin::test
