#include "infra/telemetry/exposed_text.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace dialin::telemetry {
namespace {

using Clock = ExposedText::Clock;
using std::chrono::milliseconds;

constexpr Clock::time_point kStart = Clock::time_point{} + std::chrono::hours(1000);

TEST(ExposedText, is_made_anew_for_who_asks) {
  int made = 0;
  ExposedText exposed([&] { return std::to_string(++made); });
  EXPECT_EQ(*exposed.text(kStart), "1");
  EXPECT_EQ(*exposed.text(kStart), "2");
  EXPECT_EQ(*exposed.text(kStart + std::chrono::hours(1)), "3");
}

TEST(ExposedText, who_asks_too_often_gets_the_last_one_again) {
  int made = 0;
  ExposedText exposed([&] { return std::to_string(++made); });
  for (int i = 0; i < 1000; ++i) exposed.text(kStart);
  EXPECT_EQ(made, ExposedText::kAtOnceMax);
  for (int ms = 1; ms <= 1000; ++ms) exposed.text(kStart + milliseconds(ms));
  EXPECT_EQ(made, ExposedText::kAtOnceMax + 1000 / ExposedText::kInterval.count());
  const std::string last = std::to_string(made);
  EXPECT_EQ(*exposed.text(kStart + milliseconds(999) + ExposedText::kInterval), last);
  EXPECT_NE(*exposed.text(kStart + milliseconds(1000) + ExposedText::kInterval), last);
}

TEST(ExposedText, a_fault_is_told_and_leaves_nothing_behind) {
  bool fails = true;
  ExposedText exposed([&]() -> std::string {
    if (fails) throw std::runtime_error("no memory");
    return "made";
  });
  EXPECT_THROW(exposed.text(kStart), std::runtime_error);
  fails = false;
  EXPECT_EQ(*exposed.text(kStart), "made");
}

}  // namespace
}  // namespace dialin::telemetry
