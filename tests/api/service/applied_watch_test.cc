// Waiting for a sequence ends once: reached, or not in time.

#include "api/service/applied_watch.h"

#include <gtest/gtest.h>

#include <future>

namespace dialin::test {
namespace {

using service::AppliedWatch;
using namespace std::chrono_literals;

std::shared_ptr<const std::vector<projections::Entry>> up_to(std::uint64_t sequence) {
  projections::Entry entry;
  entry.record.sequence = {sequence};
  return std::make_shared<const std::vector<projections::Entry>>(1, entry);
}

struct Wait {
  std::promise<bool> ended;
  std::future<bool> future = ended.get_future();
  AppliedWatch::Reached done() {
    return [this](bool reached) { ended.set_value(reached); };
  }
  bool is_open() const { return future.wait_for(0s) == std::future_status::timeout; }
};

auto soon() {
  return std::chrono::steady_clock::now() + 30ms;
}
auto late() {
  return std::chrono::steady_clock::now() + 1h;
}

TEST(AppliedWatch, what_is_applied_is_reached_at_once) {
  AppliedWatch watch({5});
  Wait wait;
  watch.wait({5}, late(), wait.done());
  EXPECT_TRUE(wait.future.get());
}

TEST(AppliedWatch, waiters_are_told_when_their_sequence_is_applied) {
  AppliedWatch watch({5});
  Wait six, eight;
  watch.wait({6}, late(), six.done());
  watch.wait({8}, late(), eight.done());
  watch.applied(up_to(7));
  EXPECT_TRUE(six.future.get());
  EXPECT_TRUE(eight.is_open());
  watch.applied(up_to(8));
  EXPECT_TRUE(eight.future.get());
  EXPECT_EQ(watch.applied(), Sequence{8});
}

TEST(AppliedWatch, waiting_ends_at_the_deadline) {
  AppliedWatch watch({5});
  Wait longer, shorter;
  watch.wait({6}, late(), longer.done());
  watch.wait({6}, soon(), shorter.done());
  EXPECT_FALSE(shorter.future.get());
  EXPECT_TRUE(longer.is_open());
  watch.applied(up_to(6));
  EXPECT_TRUE(longer.future.get());
}

TEST(AppliedWatch, too_many_waiters_are_not_let_in) {
  AppliedWatch watch({0});
  std::atomic<std::size_t> reached{0}, not_reached{0};
  const auto count = [&](bool is_reached) { ++(is_reached ? reached : not_reached); };
  for (std::size_t i = 0; i < AppliedWatch::kWaitersMax; ++i) watch.wait({1}, late(), count);
  EXPECT_EQ(not_reached, 0u);
  watch.wait({1}, late(), count);
  EXPECT_EQ(not_reached, 1u);
  watch.applied(up_to(1));
  EXPECT_EQ(reached, AppliedWatch::kWaitersMax);
}

TEST(AppliedWatch, the_end_tells_everyone) {
  Wait wait;
  {
    AppliedWatch watch({0});
    watch.wait({1}, late(), wait.done());
  }
  EXPECT_FALSE(wait.future.get());
}

}  // namespace
}  // namespace dialin::test
