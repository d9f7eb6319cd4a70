#include "api/http/conditions.h"

#include <gtest/gtest.h>

namespace dialin::http {
namespace {

std::string if_match(std::string_view field) {
  const Result<IfMatch, BrokenRule> condition = parse_if_match(field);
  if (!condition) return "refused";
  std::string text = condition->any ? "any" : "";
  for (const Version version : condition->versions) text += (text.empty() ? "" : ",") + std::to_string(version.value);
  return text.empty() ? "nothing" : text;
}

TEST(IfMatch, is_a_star_or_a_list_of_tags) {
  EXPECT_EQ(if_match("*"), "any");
  EXPECT_EQ(if_match(R"("3")"), "3");
  EXPECT_EQ(if_match(R"("3", "4" ,"5")"), "3,4,5");
  EXPECT_EQ(if_match(R"(W/"3")"), "nothing") << "a weak tag never matches strongly";
  EXPECT_EQ(if_match(R"("abc", "03", "", "1,2")"), "nothing") << "tags, but of no version";
}

TEST(IfMatch, what_is_no_list_is_refused) {
  for (const char* bad : {"", "3", R"("3)", R"("3" "4")", R"("3",)", R"(,"3")", R"(*, "3")", R"(w/"3")", "'3'"})
    EXPECT_EQ(if_match(bad), "refused") << bad;
  std::string many = R"("1")";
  for (int i = 2; i <= 16; ++i) many += ",\"" + std::to_string(i) + '"';
  EXPECT_NE(if_match(many), "refused");
  EXPECT_EQ(if_match(many + R"(,"17")"), "refused");
}

TEST(IfMatch, is_met_by_a_version_that_it_names) {
  EXPECT_TRUE((IfMatch{true, {}}.is_met_by({9})));
  EXPECT_TRUE((IfMatch{false, {{3}, {9}}}.is_met_by({9})));
  EXPECT_FALSE((IfMatch{false, {{3}}}.is_met_by({9})));
  EXPECT_FALSE((IfMatch{false, {}}.is_met_by({9})));
}

TEST(IfNoneMatch, compares_weakly) {
  const auto names = [](std::string_view field) {
    const Result<bool, BrokenRule> is_named = none_match_names(field, {3});
    return !is_named ? "refused" : *is_named ? "yes" : "no";
  };
  EXPECT_STREQ(names("*"), "yes");
  EXPECT_STREQ(names(R"("3")"), "yes");
  EXPECT_STREQ(names(R"(W/"3")"), "yes");
  EXPECT_STREQ(names(R"("x", "3")"), "yes");
  EXPECT_STREQ(names(R"("33")"), "no");
  EXPECT_STREQ(names("3"), "refused");
  EXPECT_STREQ(names(""), "refused");
}

TEST(ETag, is_the_version_in_quotes) {
  EXPECT_EQ(etag_of({12}), R"("12")");
}

}  // namespace
}  // namespace dialin::http
