#include "domain/log_point.h"

#include <gtest/gtest.h>

namespace dialin {
namespace {

TEST(LogPoint, a_decimal_is_a_sequence) {
  EXPECT_EQ(parse_log_point("0"), LogPoint(Sequence{0}));
  EXPECT_EQ(parse_log_point("2026"), LogPoint(Sequence{2026}));
  EXPECT_EQ(parse_log_point("9223372036854775807"), LogPoint(Sequence{INT64_MAX}));
}

TEST(LogPoint, anything_else_must_be_a_time) {
  EXPECT_EQ(parse_log_point("1970-01-01T01:00:00.0000015+01:00"), LogPoint(Instant{1}));
  for (const char* text : {"", " ", "now", "-1", "+1", "007", "1.5", "1e3", " 1", "1 ", "9223372036854775808", "99999999999999999999",
                           "2026-05-04", "2026-05-04T13:05:00", "2026-05-04 13:05:00Z", "1969-12-31T23:59:59Z", "20260504T130500Z"})
    EXPECT_EQ(parse_log_point(text), std::nullopt) << text;
}

TEST(LogPoint, a_record_at_it_is_within_and_the_next_one_beyond) {
  EXPECT_FALSE(is_beyond({7}, {100}, LogPoint(Sequence{7})));
  EXPECT_TRUE(is_beyond({8}, {100}, LogPoint(Sequence{7})));
  EXPECT_TRUE(is_beyond({1}, {100}, LogPoint(Sequence{0})));
  EXPECT_FALSE(is_beyond({7}, {100}, LogPoint(Instant{100})));
  EXPECT_TRUE(is_beyond({7}, {101}, LogPoint(Instant{100})));
}

}  // namespace
}  // namespace dialin
