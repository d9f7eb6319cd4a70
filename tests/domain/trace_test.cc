// W3C Trace Context as a caller sends it: what is carried on, and what is passed over.

#include "domain/trace.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace dialin {
namespace {

const std::string kId = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string kSpan = "00f067aa0ba902b7";
const std::string kParent = "00-" + kId + "-" + kSpan + "-01";

struct ParentRow {
  const char* name;
  std::string sent;
  std::string carried;  ///< empty: it is no trace
};
std::string name_of(const testing::TestParamInfo<ParentRow>& row) {
  return row.param.name;
}
class TraceParent : public testing::TestWithParam<ParentRow> {};

TEST_P(TraceParent, is_carried_or_passed_over) {
  const auto trace = parse_trace(GetParam().sent, "a=1");
  EXPECT_EQ(trace ? trace->parent : "", GetParam().carried);
  EXPECT_EQ(trace ? trace->id() : kId, kId);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, TraceParent,
    testing::Values(ParentRow{"sampled", kParent, kParent},
                    ParentRow{"not_sampled", "00-" + kId + "-" + kSpan + "-00", "00-" + kId + "-" + kSpan + "-00"},
                    ParentRow{"other_flags_go_through", "00-" + kId + "-" + kSpan + "-0b", "00-" + kId + "-" + kSpan + "-0b"},
                    ParentRow{"empty", "", ""}, ParentRow{"one_short", kParent.substr(0, 54), ""},
                    ParentRow{"more_behind_it", kParent + "-", ""}, ParentRow{"more_behind_it_of_00", kParent + "-what", ""},
                    ParentRow{"blank_before", " " + kParent.substr(0, 54), ""},
                    ParentRow{"capitals_in_the_id", "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + kSpan + "-01", ""},
                    ParentRow{"capitals_in_the_span", "00-" + kId + "-00F067AA0BA902B7-01", ""},
                    ParentRow{"capitals_in_the_flags", "00-" + kId + "-" + kSpan + "-0B", ""},
                    ParentRow{"id_of_zeros", "00-" + std::string(32, '0') + "-" + kSpan + "-01", ""},
                    ParentRow{"span_of_zeros", "00-" + kId + "-" + std::string(16, '0') + "-01", ""},
                    ParentRow{"no_hex_in_the_id", "00-" + std::string(32, 'g') + "-" + kSpan + "-01", ""},
                    ParentRow{"no_hex_in_the_flags", "00-" + kId + "-" + kSpan + "-0x", ""},
                    ParentRow{"other_strokes", "00_" + kId + "_" + kSpan + "_01", ""},
                    ParentRow{"version_of_capitals", "0A-" + kId + "-" + kSpan + "-01", ""},
                    ParentRow{"version_ff", "ff-" + kId + "-" + kSpan + "-01", ""},
                    ParentRow{"version_of_no_hex", "zz-" + kId + "-" + kSpan + "-01", ""},
                    ParentRow{"two_at_once", kParent + "," + kParent, ""},
                    ParentRow{"later_version", "01-" + kId + "-" + kSpan + "-01", kParent},
                    ParentRow{"later_version_that_has_more", "cc-" + kId + "-" + kSpan + "-01-what-the-future-will-be-like", kParent},
                    ParentRow{"later_version_whose_flags_mean_something_else", "fe-" + kId + "-" + kSpan + "-ff", kParent},
                    ParentRow{"later_version_not_sampled", "01-" + kId + "-" + kSpan + "-8c", "00-" + kId + "-" + kSpan + "-00"},
                    ParentRow{"later_version_one_short", ("01-" + kId + "-" + kSpan + "-01").substr(0, 54), ""},
                    ParentRow{"later_version_with_longer_flags", "01-" + kId + "-" + kSpan + "-012", ""},
                    ParentRow{"later_version_of_zeros", "01-" + std::string(32, '0') + "-" + kSpan + "-01", ""}),
    name_of);

struct StateRow {
  const char* name;
  std::string sent;
  bool is_carried;
};
std::string name_of_state(const testing::TestParamInfo<StateRow>& row) {
  return row.param.name;
}
class TraceState : public testing::TestWithParam<StateRow> {};

TEST_P(TraceState, stays_as_it_is_or_is_left_out) {
  const auto trace = parse_trace(kParent, GetParam().sent);
  ASSERT_TRUE(trace) << "whatever the state";
  EXPECT_EQ(trace->state, GetParam().is_carried ? GetParam().sent : "");
  EXPECT_FALSE(parse_trace("no parent", GetParam().sent));
}

std::string members(int count) {
  std::string text;
  for (int n = 0; n < count; ++n) text += (n == 0 ? "a" : ",a") + std::to_string(n) + "=1";
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    Rows, TraceState,
    testing::Values(StateRow{"one", "rojo=00f067aa0ba902b7", true}, StateRow{"two", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", true},
                    StateRow{"of_a_tenant", "fw529a3039@dt=FfZ_ok/*-", true}, StateRow{"that_begins_with_a_digit", "0a=1", true},
                    StateRow{"with_blanks_around", "a=1 \t, \tb=2", true}, StateRow{"with_members_that_are_empty", "a=1,,b=2, ,", true},
                    StateRow{"with_a_blank_in_front_of_a_value", "a= 1", true}, StateRow{"with_quotes_and_backslashes", R"(a="\"\b)", true},
                    StateRow{"of_32", members(32), true}, StateRow{"of_33", members(33), false},
                    StateRow{"of_512_bytes", "a=" + std::string(253, 'x') + ",b=" + std::string(254, 'y'), true},
                    StateRow{"of_513_bytes", "a=" + std::string(254, 'x') + ",b=" + std::string(254, 'y'), false},
                    StateRow{"with_a_name_of_256", std::string(256, 'n') + "=1", true},
                    StateRow{"with_a_name_of_257", std::string(257, 'n') + "=1", false},
                    StateRow{"with_a_value_of_256", "a=" + std::string(256, 'v'), true},
                    StateRow{"with_a_value_of_257", "a=" + std::string(257, 'v'), false}, StateRow{"empty", "", false},
                    StateRow{"of_nothing_but_commas", ", ,", false}, StateRow{"of_no_pair", "a", false},
                    StateRow{"without_a_value", "a=", false}, StateRow{"whose_value_is_blank", "a= ,b=1", false},
                    StateRow{"without_a_name", "=1", false}, StateRow{"with_two_equals", "a=1=2", false},
                    StateRow{"with_capitals_in_a_name", "Rojo=1", false}, StateRow{"with_a_blank_behind_a_name", "a =1", false},
                    StateRow{"with_a_name_that_begins_otherwise", "@a=1", false}, StateRow{"of_one_name_twice", "a=1,b=2,a=3", false},
                    StateRow{"with_a_tab_in_a_value", "a=1\t2", false}, StateRow{"that_is_not_ascii", "a=\xC3\xBC", false},
                    StateRow{"with_a_del", "a=\x7F", false}),
    name_of_state);

TEST(Trace, of_an_event_may_be_anything) {
  EXPECT_EQ((Trace{"", ""}).id(), "");
  EXPECT_EQ((Trace{"00-" + kId, ""}).id(), kId);
}

TEST(Trace, is_compared_by_what_it_says) {
  const auto one = std::make_shared<const Trace>(Trace{kParent, "a=1"});
  EXPECT_TRUE(is_same(nullptr, nullptr));
  EXPECT_TRUE(is_same(one, std::make_shared<const Trace>(*one)));
  EXPECT_FALSE(is_same(one, nullptr));
  EXPECT_FALSE(is_same(nullptr, one));
  EXPECT_FALSE(is_same(one, std::make_shared<const Trace>(Trace{kParent, ""})));
}

RC_GTEST_PROP(Trace, what_is_carried_reads_as_itself, ()) {
  const auto some = [](const std::string& of) { return *rc::gen::container<std::string>(rc::gen::elementOf(of)); };
  std::string parent = "0" + std::string(1, *rc::gen::elementOf(std::string("0017"))) + kParent.substr(2) + some("-0f");
  if (*rc::gen::arbitrary<bool>()) parent[*rc::gen::inRange<std::size_t>(0, parent.size())] = *rc::gen::elementOf(std::string("0-fg"));
  const auto trace = parse_trace(parent, some("ab=, \t1@"));
  if (!trace) return;
  RC_ASSERT(trace->parent.size() == 55U);
  RC_ASSERT(parse_trace(trace->parent, trace->state) == trace);
}

}  // namespace
}  // namespace dialin
