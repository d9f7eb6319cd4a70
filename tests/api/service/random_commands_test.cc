// Whatever is asked, in whatever order and grouping, and whatever fails meanwhile: the views are the fold of the log, no number has two
// holders, everyone is answered once and nobody is told what is not so.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <thread>

#include "api/service/fold.h"
#include "api/service/real_stack.h"

namespace dialin::test {
namespace {

/// Few configs, few numbers, few keys, two tenants: so that commands meet. Ids are given out once, as the edge does.
class Commands {
 public:
  explicit Commands(std::uint64_t& fresh) : fresh_(fresh) {}
  Command any() {
    Command command = action();
    if (one_in(5)) command.tenant = kGlobex;
    if (one_in(4)) command.idempotency = key_of(*rc::gen::inRange<std::uint8_t>(1, 4), *rc::gen::inRange<std::uint8_t>(1, 3));
    if (one_in(6)) command.if_match = IfMatch{false, {{*rc::gen::inRange<std::uint64_t>(1, 4)}}};
    command.dry_run = one_in(8);
    return command;
  }

 private:
  static bool one_in(int n) { return *rc::gen::inRange(0, n) == 0; }
  ConfigId known() const { return id_of(*rc::gen::inRange<std::uint64_t>(fresh_ > 6 ? fresh_ - 6 : 0, fresh_ + 1)); }
  static std::optional<PhoneNumber> any_number() {
    if (one_in(5)) return std::nullopt;
    return number_of(*rc::gen::inRange<std::uint64_t>(0, 4));
  }
  static Category any_category() { return *rc::gen::element(Category::pinless_dialin, Category::pin_dialin); }

  Command action() {
    switch (*rc::gen::inRange(0, 8)) {
      case 0:
      case 1:
        return create(id_of(++fresh_), any_number(), any_category());
      case 2:
        return renumber(known(), any_number());
      case 3:
      case 4:
        return rename(known(), *rc::gen::element<std::string>("Reception", "Sales", "Night"));
      case 5:
        return remove(known());
      case 6:
        return move(known(), id_of(++fresh_), any_category());
      default:
        return restore(known(), *rc::gen::inRange<std::uint64_t>(1, 6));
    }
  }
  std::uint64_t& fresh_;  ///< the last one given out
};

void expect_answers_are_so(const Driver& driver) {
  const auto records = driver.stack.log.records();
  std::size_t stored_events = 0;
  std::size_t unknown = 0;
  for (const auto& answer : driver.answers) {
    ASSERT_TRUE(answer) << "somebody was never answered";
    if (answer->code == WriteCode::outcome_unknown) ++unknown;
    if (answer->code != WriteCode::stored) continue;
    const Record& record = records.at(answer->sequence.value - 1);
    EXPECT_EQ(record.config, answer->state->id);
    EXPECT_EQ(record.time, answer->state->updated_at);
    stored_events += answer->moved_from ? 2 : 1;
  }
  // What nobody was told of is at most what was left open.
  EXPECT_LE(records.size(), stored_events + 2 * unknown);
  EXPECT_GE(records.size(), stored_events);
  EXPECT_TRUE(std::is_sorted(driver.answer_order.begin(), driver.answer_order.end()));
}

RC_GTEST_PROP(RandomCommands, views_are_the_fold_of_the_log_whatever_fails, ()) {
  Stack stack;
  Driver driver(stack, {.group_max = 4, .hot_configs_bytes_max = *rc::gen::element<std::size_t>(2'000, 64'000)});
  std::uint64_t fresh = 0;
  Commands commands(fresh);
  const int steps = *rc::gen::inRange(10, 60);
  for (int step = 0; step < steps; ++step) {
    switch (*rc::gen::inRange(0, 12)) {
      case 0:
        stack.log.fail_all(*rc::gen::element(LogError::no_space, LogError::unavailable));
        break;
      case 1:
        stack.log.fail_all(LogError::unknown, *rc::gen::inRange<std::size_t>(0, stack.log.in_flight() + 1));
        break;
      case 2:
        stack.store.full = !stack.store.full;
        break;
      case 3:
      case 4:
      case 5:
        if (stack.log.in_flight() > 0) stack.log.answer_one();
        break;
      case 6:
        driver.now += std::chrono::milliseconds(150);
        break;
      default: {
        std::vector<Command> burst;
        for (int i = *rc::gen::inRange(1, 6); i > 0; --i) burst.push_back(commands.any());
        if (driver.core.wants_writes()) driver.write(std::move(burst));
      }
    }
    if (*rc::gen::inRange(0, 3) != 0) driver.settle();
    driver.core.step(driver.now);
  }
  stack.store.full = false;
  driver.settle();
  driver.finish();
  driver.now += std::chrono::seconds(1);
  driver.core.step(driver.now);
  driver.finished(commands.any());
  RC_ASSERT(driver.core.trouble().empty());
  expect_answers_are_so(driver);
  expect_views_equal_fold(stack.log, stack.views, stack.codec);
  RC_ASSERT(!testing::Test::HasFailure());
}

TEST(RandomCommands, views_are_the_fold_of_the_log_on_the_real_stack) {
  RealStack stack;
  std::uint64_t fresh = 0;
  const bool held = rc::check("commands in bursts", [&] {
    Commands commands(fresh);
    std::atomic<int> waiting{0};
    const int burst = *rc::gen::inRange(1, 40);
    for (int i = 0; i < burst; ++i) {
      ++waiting;
      RC_ASSERT(service::Submitted::queued == stack.writer->submit(commands.any(), [&](WriteResult result) {
        EXPECT_NE(result.code, WriteCode::unavailable) << result.why;
        --waiting;
      }));
    }
    while (waiting > 0) std::this_thread::yield();
  });
  EXPECT_TRUE(held);
  expect_views_equal_fold(*stack.log, *stack.views, stack.codec);
  stack.close();
  stack.open();
  expect_views_equal_fold(*stack.log, *stack.views, stack.codec);
}

}  // namespace
}  // namespace dialin::test
