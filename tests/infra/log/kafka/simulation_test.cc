// Nodes that share a log, through histories of everything that a network, a broker and a machine can do to them. And the proof that each
// rule of the protocol is needed: without it a history is found that loses or invents a write.

#include <gtest/gtest.h>

#include <cstdlib>

#include "simulation.h"

namespace dialin::log::kafka {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

TEST(SimulationTest, no_history_loses_or_invents_a_write) {
  const std::uint64_t first = number_from("DIALIN_SEED", 1);
  const std::uint64_t histories = number_from("DIALIN_HISTORIES", 20'000);
  History sum;
  for (std::uint64_t seed = first; seed < first + histories; ++seed) {
    const History history = simulate(seed, {});
    ASSERT_FALSE(history.violation) << "seed " << seed << ", step " << history.steps << ": " << *history.violation;
    sum.steps += history.steps;
    sum.stored += history.stored;
    sum.denied += history.denied;
    sum.strong_reads += history.strong_reads;
    sum.strays += history.strays;
    sum.leads += history.leads;
  }
  // It looked at what it is about.
  EXPECT_GT(sum.stored, histories);
  EXPECT_GT(sum.denied, histories / 10);
  EXPECT_GT(sum.strays, histories);
  EXPECT_GT(sum.leads, histories);
  EXPECT_GT(sum.strong_reads, histories);
  RecordProperty("steps", std::to_string(sum.steps));
  RecordProperty("stored", std::to_string(sum.stored));
  RecordProperty("denied", std::to_string(sum.denied));
  RecordProperty("strays", std::to_string(sum.strays));
  RecordProperty("leads", std::to_string(sum.leads));
  RecordProperty("strong_reads", std::to_string(sum.strong_reads));
}

TEST(SimulationTest, the_same_seed_is_the_same_history) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const History once = simulate(seed, {});
    const History again = simulate(seed, {});
    EXPECT_EQ(once.steps, again.steps);
    EXPECT_EQ(once.stored, again.stored);
    EXPECT_EQ(once.strays, again.strays);
  }
}

struct WithoutGuard {
  const char* name;
  bool Guards::*guard;
  bool identical;
};

class EachGuardTest : public testing::TestWithParam<WithoutGuard> {};

TEST_P(EachGuardTest, is_needed) {
  SimulationOptions options;
  options.guards.*GetParam().guard = false;
  options.identical = GetParam().identical;
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    if (simulate(seed, options).violation) return;
  }
  FAIL() << "no history shows that it is needed";
}

TEST_P(EachGuardTest, holds_where_it_is_needed) {
  SimulationOptions options;
  options.identical = GetParam().identical;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    const History history = simulate(seed, options);
    ASSERT_FALSE(history.violation) << "seed " << seed << ": " << *history.violation;
  }
}

INSTANTIATE_TEST_SUITE_P(Protocol, EachGuardTest,
                         testing::Values(WithoutGuard{"looks_into_gaps", &Guards::looks_into_gaps, false},
                                         WithoutGuard{"waits_to_be_settled", &Guards::waits_to_be_settled, false},
                                         WithoutGuard{"opens_are_unique", &Guards::opens_are_unique, true},
                                         WithoutGuard{"chains_by_id", &Guards::chains_by_id, false},
                                         WithoutGuard{"completes_moves", &Guards::completes_moves, false},
                                         WithoutGuard{"asks_for_the_end", &Guards::asks_for_the_end, false}),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace dialin::log::kafka
