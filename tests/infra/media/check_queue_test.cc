#include "infra/media/check_queue.h"

#include <gtest/gtest.h>

#include <string>

namespace dialin::media {
namespace {

using Clock = Check::Clock;

TenantId tenant(int number) {
  std::string text = "11111111-1111-4111-8111-111111111100";
  text.replace(text.size() - 2, 2, std::to_string(10 + number));
  return *TenantId::parse(text);
}

class CheckQueueTest : public testing::Test {
 protected:
  void push(int whose, const std::string& url, Clock::time_point now = {}) {
    queue_.push(std::make_unique<Check>(tools_, tenant(whose), url), now);
  }
  std::string take() {
    const auto check = queue_.take();
    return check ? check->url() : "none";
  }

  Lookups lookups_{[] {}};
  TransferRules rules_;
  Check::Tools tools_{nullptr, lookups_, rules_};
  CheckQueue queue_;
};

TEST_F(CheckQueueTest, tenants_take_turns_and_each_keeps_its_order) {
  for (const char* url : {"a1", "a2", "a3"}) push(0, url);
  push(1, "b1");
  push(2, "c1");
  push(1, "b2");
  std::string order;
  for (int n = 0; n < 7; ++n) order += take() + " ";
  EXPECT_EQ(order, "a1 b1 c1 a2 b2 a3 none ");
  EXPECT_EQ(queue_.waiting(), 0U);
  EXPECT_EQ(queue_.running(), 6U);
}

TEST_F(CheckQueueTest, who_has_its_share_under_way_is_passed_over_until_one_of_them_ends) {
  for (std::size_t n = 0; n <= CheckQueue::kTenantRunningMax; ++n) push(0, "a" + std::to_string(n));
  for (std::size_t n = 0; n < CheckQueue::kTenantRunningMax; ++n) take();
  EXPECT_EQ(take(), "none");
  push(1, "b0");
  EXPECT_EQ(take(), "b0");
  queue_.ended(tenant(1));
  EXPECT_EQ(take(), "none");
  queue_.ended(tenant(0));
  EXPECT_EQ(take(), "a" + std::to_string(CheckQueue::kTenantRunningMax));
}

TEST_F(CheckQueueTest, no_more_run_than_may_run_in_all) {
  constexpr int kTenants = static_cast<int>(CheckQueue::kRunningMax / CheckQueue::kTenantRunningMax) + 1;
  for (int whose = 0; whose < kTenants; ++whose) {
    for (std::size_t n = 0; n < CheckQueue::kTenantRunningMax; ++n) push(whose, "url");
  }
  std::size_t taken = 0;
  while (take() != "none") ++taken;
  EXPECT_EQ(taken, CheckQueue::kRunningMax);
  queue_.ended(tenant(0));
  EXPECT_EQ(take(), "url");
}

TEST_F(CheckQueueTest, those_that_wait_too_long_come_out_and_the_others_stay) {
  push(0, "early");
  push(1, "early too");
  push(0, "late", Clock::time_point(std::chrono::seconds(1)));
  EXPECT_TRUE(queue_.late(Clock::time_point(CheckQueue::kWaitMost) - std::chrono::nanoseconds(1)).empty());
  const auto out = queue_.late(Clock::time_point(CheckQueue::kWaitMost));
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(out[0]->url(), "early");
  EXPECT_EQ(out[1]->url(), "early too");
  EXPECT_EQ(queue_.waiting(), 1U);
  EXPECT_EQ(take(), "late");
}

TEST_F(CheckQueueTest, at_the_end_all_that_wait_come_out) {
  for (int whose = 0; whose < 3; ++whose) push(whose, "url");
  take();
  EXPECT_EQ(queue_.all().size(), 2U);
  EXPECT_EQ(queue_.waiting(), 0U);
  EXPECT_EQ(queue_.running(), 1U);
}

}  // namespace
}  // namespace dialin::media
