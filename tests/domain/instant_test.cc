#include "domain/instant.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

namespace dialin {
namespace {

constexpr std::int64_t kMay4_us = 1'777'899'900'000'000;
constexpr std::int64_t kLast_us = 253'402'300'799'999'999;

TEST(Instant, is_shown_with_six_decimals) {
  EXPECT_EQ(Instant{0}.rfc3339(), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(Instant{kMay4_us}.rfc3339(), "2026-05-04T13:05:00.000000Z");
  EXPECT_EQ(Instant{kMay4_us + 59'000'001}.rfc3339(), "2026-05-04T13:05:59.000001Z");
  EXPECT_EQ(Instant{1'709'164'800'000'000}.rfc3339(), "2024-02-29T00:00:00.000000Z");
  EXPECT_EQ(Instant{kLast_us}.rfc3339(), "9999-12-31T23:59:59.999999Z");
}

TEST(Instant, outside_its_years_is_shown_as_their_end) {
  EXPECT_EQ(Instant{-1}.rfc3339(), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(Instant{std::numeric_limits<std::int64_t>::max()}.rfc3339(), "9999-12-31T23:59:59.999999Z");
}

RC_GTEST_PROP(Instant, survives_its_text, ()) {
  const Instant instant{*rc::gen::inRange<std::int64_t>(0, kLast_us)};
  RC_ASSERT(Instant::parse(instant.rfc3339()) == instant);
}

TEST(Instant, is_read_in_every_form_of_rfc_3339) {
  const std::pair<const char*, std::int64_t> forms[] = {
      {"2026-05-04T13:05:00Z", 0},
      {"2026-05-04t13:05:00z", 0},
      {"2026-05-04T15:05:00+02:00", 0},
      {"2026-05-04T07:35:00-05:30", 0},
      {"2026-05-05T12:59:00+23:54", 0},
      {"2026-05-04T13:05:00-00:00", 0},
      {"2026-05-04T13:05:00.5Z", 500'000},
      {"2026-05-04T13:05:00.000001Z", 1},
      {"2026-05-04T13:05:00.123456789Z", 123'456},
      {"2026-05-04T13:05:00.000000999+00:00", 0},
  };
  for (const auto& [text, us] : forms) EXPECT_EQ(Instant::parse(text), Instant{kMay4_us + us}) << text;
  EXPECT_EQ(Instant::parse("1970-01-01T00:00:00Z"), Instant{0});
  EXPECT_EQ(Instant::parse("9999-12-31T23:59:59.999999999Z"), Instant{kLast_us});
}

TEST(Instant, leap_second_is_the_second_after_it) {
  const auto after = Instant::parse("2017-01-01T00:00:00Z");
  ASSERT_TRUE(after.has_value());
  EXPECT_EQ(Instant::parse("2016-12-31T23:59:60Z"), after);
  EXPECT_EQ(Instant::parse("2017-01-01T00:59:60+01:00"), after);
  EXPECT_EQ(Instant::parse("2016-12-31T22:59:60Z"), std::nullopt);
}

TEST(Instant, nothing_else_is_a_time) {
  for (const char* text : {"",
                           "2026-05-04",
                           "2026-05-04T13:05Z",
                           "2026-05-04T13:05:00",
                           "2026-05-04 13:05:00Z",
                           "2026-5-4T13:05:00Z",
                           "2026-05-04T24:00:00Z",
                           "2026-05-04T13:60:00Z",
                           "2026-05-04T13:05:61Z",
                           "2026-13-04T13:05:00Z",
                           "2026-00-04T13:05:00Z",
                           "2026-02-29T13:05:00Z",
                           "2026-04-31T13:05:00Z",
                           "2026-05-00T13:05:00Z",
                           "2026-05-04T13:05:00.Z",
                           "2026-05-04T13:05:00.1234567890Z",
                           "2026-05-04T13:05:00,5Z",
                           "2026-05-04T13:05:00+24:00",
                           "2026-05-04T13:05:00+02:60",
                           "2026-05-04T13:05:00+0200",
                           "2026-05-04T13:05:00+02",
                           "2026-05-04T13:05:00Z ",
                           " 2026-05-04T13:05:00Z",
                           "+026-05-04T13:05:00Z",
                           "-026-05-04T13:05:00Z",
                           "1969-12-31T23:59:59Z",
                           "1970-01-01T00:00:00+01:00",
                           "9999-12-31T23:59:59-01:00",
                           "9999-12-31T23:59:60Z",
                           "10000-01-01T00:00:00Z",
                           "1777899900",
                           "now"}) {
    EXPECT_EQ(Instant::parse(text), std::nullopt) << text;
  }
}

TEST(Instant, next_time_never_stands_still) {
  EXPECT_EQ(next_time({10}, {5}), Instant{10});
  EXPECT_EQ(next_time({5}, {5}), Instant{6});
  EXPECT_EQ(next_time({1}, {5}), Instant{6});
}

}  // namespace
}  // namespace dialin
