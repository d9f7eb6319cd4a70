#include "api/http/query.h"

#include <gtest/gtest.h>

#include <array>

#include "api/http/decimal.h"

namespace dialin::http {
namespace {

constexpr std::array<std::string_view, 4> kKnown = {"limit", "phone_number", "phone_numbers", "name_prefix"};

std::string read(std::string_view raw, std::string_view name) {
  const Result<Query, Violations> query = Query::parse(raw, kKnown);
  if (!query) return "refused: " + query.error().front().property + ' ' + query.error().front().rule;
  const std::string* value = query->find(name);
  return value == nullptr ? "absent" : '[' + *value + ']';
}

TEST(Query, values_are_decoded) {
  EXPECT_EQ(read("", "limit"), "absent");
  EXPECT_EQ(read("limit=5", "limit"), "[5]");
  EXPECT_EQ(read("limit", "limit"), "[]");
  EXPECT_EQ(read("limit=", "limit"), "[]");
  EXPECT_EQ(read("&limit=5&", "limit"), "[5]");
  EXPECT_EQ(read("limit=a=b", "limit"), "[a=b]");
  EXPECT_EQ(read("name%5Fprefix=Z%C3%BCrich%20x", "name_prefix"), "[Zürich x]");
  EXPECT_EQ(read("name_prefix=a+b%2Bc", "name_prefix"), "[a b+c]");
}

TEST(Query, a_plus_is_the_sign_where_a_number_may_begin) {
  EXPECT_EQ(read("phone_number=+15550100", "phone_number"), "[+15550100]");
  EXPECT_EQ(read("phone_number=%2B1+555+0100", "phone_number"), "[+1 555 0100]");
  EXPECT_EQ(read("phone_number=tel:+1555", "phone_number"), "[tel:+1555]");
  EXPECT_EQ(read("phone_numbers=+1,+2%2C+3", "phone_numbers"), "[+1,+2,+3]");
}

TEST(Query, what_it_does_not_know_is_named) {
  EXPECT_EQ(read("limit=1&as_of=3", "limit"), "refused: as_of is not a query parameter of this call");
  EXPECT_EQ(read("limit=1&limit=1", "limit"), "refused: limit must not be given more than once");
  EXPECT_EQ(read("=x", "limit"), "refused:  is not a query parameter of this call");
  EXPECT_EQ(read("Limit=1", "limit"), "refused: Limit is not a query parameter of this call");
  for (const char* raw :
       {"name_prefix=%", "name_prefix=%2", "name_prefix=%zz", "name_prefix=%FF", "name_prefix=a%00b", "name_prefix=%ED%A0%80"})
    EXPECT_EQ(read(raw, "name_prefix"), "refused: name_prefix must be percent-encoded UTF-8 without NUL") << raw;
  EXPECT_EQ(read("%=1", "limit"), "refused: query must be percent-encoded UTF-8 without NUL");
}

TEST(Query, a_long_name_is_shown_up_to_a_whole_character) {
  std::string name;
  for (int i = 0; i < 40; ++i) name += "\xC3\xA9";
  const Result<Query, Violations> query = Query::parse("x" + name + "=1", kKnown);
  ASSERT_FALSE(query.has_value());
  EXPECT_EQ(query.error().front().property, "x" + name.substr(0, 62) + "…");
}

TEST(Query, everything_wrong_is_said_at_once_and_bounded) {
  const Result<Query, Violations> query = Query::parse("a=1&b=2&limit=%", kKnown);
  ASSERT_FALSE(query.has_value());
  EXPECT_EQ(query.error().size(), 3U);
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "x=1&";
  EXPECT_EQ(read(many, "limit"), "refused: query must not have more than 32 parameters");
}

TEST(Query, numbers_have_bounds) {
  const auto limit = [](std::string_view raw) {
    Violations broken;
    const Result<Query, Violations> query = Query::parse(raw, kKnown);
    const std::uint64_t number = query->number("limit", 100, 1, 1000, broken);
    return broken.empty() ? std::to_string(number) : broken.front().property + ' ' + broken.front().rule;
  };
  EXPECT_EQ(limit(""), "100");
  EXPECT_EQ(limit("limit=1"), "1");
  EXPECT_EQ(limit("limit=1000"), "1000");
  for (const char* bad :
       {"limit=0", "limit=1001", "limit=-1", "limit=", "limit=1e1", "limit=%201", "limit=+1", "limit=01", "limit=99999999999999999999"})
    EXPECT_EQ(limit(bad), "limit must be an integer from 1 to 1000") << bad;
}

TEST(Query, flags_are_words) {
  constexpr std::array<std::string_view, 1> known = {"dry_run"};
  const auto flag = [&](std::string_view raw) {
    Violations broken;
    const bool value = Query::parse(raw, known)->flag("dry_run", broken);
    return broken.empty() ? (value ? "true" : "false") : "refused";
  };
  EXPECT_STREQ(flag(""), "false");
  EXPECT_STREQ(flag("dry_run=false"), "false");
  EXPECT_STREQ(flag("dry_run=true"), "true");
  for (const char* bad : {"dry_run", "dry_run=", "dry_run=1", "dry_run=True", "dry_run=yes"}) EXPECT_STREQ(flag(bad), "refused") << bad;
}

TEST(PercentDecoding, leaves_a_plus_alone) {
  EXPECT_EQ(percent_decoded("+1%20555"), "+1 555");
  EXPECT_EQ(percent_decoded("%2b1"), "+1");
  EXPECT_EQ(percent_decoded("%"), std::nullopt);
  EXPECT_EQ(percent_decoded("a%2"), std::nullopt);
  EXPECT_EQ(percent_decoded("%00"), std::nullopt);
}

TEST(Decimal, is_digits_alone) {
  EXPECT_EQ(parse_decimal("0"), 0U);
  EXPECT_EQ(parse_decimal("9223372036854775807"), 9223372036854775807U);
  for (const char* bad : {"", "+1", "-1", "01", " 1", "1 ", "1.0", "0x1", "9223372036854775808", "18446744073709551616"})
    EXPECT_EQ(parse_decimal(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace dialin::http
