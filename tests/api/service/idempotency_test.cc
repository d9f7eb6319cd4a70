// The same request twice is one write (contract.md, `Idempotency-Key`).

#include "api/service/driver.h"

namespace dialin::test {
namespace {

constexpr std::int64_t kDay_us = 24LL * 3600 * 1'000'000;

struct IdempotencyKeys : testing::Test {
  Stack stack;
  Driver driver{stack};
  const ConfigId a = id_of(1), b = id_of(2);
};

TEST_F(IdempotencyKeys, the_same_request_gets_the_first_answer_again) {
  const WriteResult first = driver.finished(with_key(key_of(1), create(a, number_of(1))));
  driver.finished(rename(a, "Changed since"));
  const WriteResult again = driver.finished(with_key(key_of(1), create(b, number_of(1))));
  EXPECT_EQ(again.code, WriteCode::replayed);
  EXPECT_EQ(again.state, first.state);
  EXPECT_EQ(again.sequence, first.sequence);
  EXPECT_EQ(stack.log.records().size(), 2u);
  EXPECT_EQ(stack.telemetry.count(Counter::idempotent_replays), 1u);
}

TEST_F(IdempotencyKeys, a_deletion_and_a_move_are_replayed_whole) {
  driver.finished(create(a, number_of(1)));
  const WriteResult moved = driver.finished(with_key(key_of(1), move(a, b, Category::pin_dialin)));
  const WriteResult again = driver.finished(with_key(key_of(1), move(a, id_of(9), Category::pin_dialin)));
  EXPECT_EQ(again.code, WriteCode::replayed);
  EXPECT_EQ(again.state, moved.state);
  EXPECT_EQ(again.moved_from, a);
  driver.finished(with_key(key_of(2), remove(b)));
  EXPECT_TRUE(driver.finished(with_key(key_of(2), remove(b))).state->deleted);
}

TEST_F(IdempotencyKeys, another_request_with_the_key_is_a_mismatch) {
  driver.finished(with_key(key_of(1), create(a, number_of(1))));
  EXPECT_EQ(driver.finished(with_key(key_of(1, 2), create(b, number_of(2)))).code, WriteCode::idempotency_mismatch);
}

TEST_F(IdempotencyKeys, keys_of_tenants_do_not_meet) {
  driver.finished(with_key(key_of(1), create(a, number_of(1))));
  EXPECT_EQ(driver.finished(of_tenant(kGlobex, with_key(key_of(1, 2), create(b, number_of(2))))).code, WriteCode::stored);
}

TEST_F(IdempotencyKeys, while_the_first_is_in_flight_it_is_running) {
  driver.write({with_key(key_of(1), create(a, number_of(1))), with_key(key_of(1), create(b, number_of(2)))});
  driver.write({with_key(key_of(1, 2), create(b, number_of(2)))});
  driver.finish();
  EXPECT_EQ(driver.code(0), WriteCode::stored);
  EXPECT_EQ(driver.code(1), WriteCode::idempotency_running);
  EXPECT_EQ(driver.code(2), WriteCode::idempotency_running);
  EXPECT_EQ(driver.finished(with_key(key_of(1), create(b, number_of(2)))).code, WriteCode::replayed);
}

TEST_F(IdempotencyKeys, what_was_not_stored_leaves_the_key_unused) {
  driver.finished(with_key(key_of(1), rename(a, "Nobody")));
  driver.finished(with_key(key_of(1), dry(create(a, number_of(1)))));
  EXPECT_EQ(driver.finished(with_key(key_of(1, 2), create(a, number_of(1)))).code, WriteCode::stored);
  driver.finished(rename(a, "Reception"));
  EXPECT_EQ(driver.finished(with_key(key_of(2), rename(a, "Reception"))).code, WriteCode::unchanged);
  EXPECT_EQ(driver.finished(with_key(key_of(2, 2), rename(a, "Other"))).code, WriteCode::stored);
}

TEST_F(IdempotencyKeys, a_write_that_the_log_refused_leaves_the_key_unused) {
  driver.write({with_key(key_of(1), create(a, number_of(1)))});
  stack.log.fail_all(LogError::no_space);
  driver.settle();
  EXPECT_EQ(driver.finished(with_key(key_of(1), create(a, number_of(1)))).code, WriteCode::stored);
}

TEST_F(IdempotencyKeys, a_dry_run_does_not_look_at_its_key) {
  driver.finished(with_key(key_of(1), create(a, number_of(1))));
  EXPECT_EQ(driver.finished(with_key(key_of(1), dry(create(b, number_of(2))))).code, WriteCode::would_store);
}

TEST_F(IdempotencyKeys, keys_are_remembered_for_a_day_of_chain_time) {
  driver.finished(with_key(key_of(1), create(a, number_of(1))));
  stack.clock.us += kDay_us - 1;
  EXPECT_EQ(driver.finished(with_key(key_of(1), create(b, number_of(2)))).code, WriteCode::replayed);
  stack.clock.us += 1;
  EXPECT_EQ(driver.finished(with_key(key_of(1, 2), create(b, number_of(2)))).code, WriteCode::stored);
  EXPECT_EQ(driver.finished(with_key(key_of(1, 2), create(b, number_of(2)))).code, WriteCode::replayed) << "the new use is remembered";
}

TEST_F(IdempotencyKeys, a_new_writer_on_the_same_views_remembers) {
  driver.finished(with_key(key_of(1), create(a, number_of(1))));
  Driver next(stack);
  EXPECT_EQ(next.finished(with_key(key_of(1), create(b, number_of(2)))).code, WriteCode::replayed);
  EXPECT_EQ(next.finished(with_key(key_of(1, 2), create(b, number_of(2)))).code, WriteCode::idempotency_mismatch);
}

TEST_F(IdempotencyKeys, old_keys_are_forgotten_by_the_hour) {
  driver.finished(create(a, number_of(1)));
  const std::int64_t first = stack.store.forgotten_before_us;
  EXPECT_EQ(first, stack.clock.us - kDay_us);
  stack.clock.us += 3600LL * 1'000'000 - 1;
  driver.finished(rename(a, "One"));
  EXPECT_EQ(stack.store.forgotten_before_us, first);
  stack.clock.us += 1;
  driver.finished(rename(a, "Two"));
  EXPECT_EQ(stack.store.forgotten_before_us, stack.clock.us - kDay_us);
}

}  // namespace
}  // namespace dialin::test
