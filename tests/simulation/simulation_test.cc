// Whole nodes that share a log, through histories of everything that a network, a broker and a machine can do to them. And the proof that
// each rule is needed: without it a history is found that loses a write, invents one, or tells a caller what was never true.
//
// DIALIN_SEED is the first seed and DIALIN_HISTORIES their number: DIALIN_SEED=<n> DIALIN_HISTORIES=1 replays one that failed and says it,
// line by line, on stderr.

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>

#include "simulation/simulation.h"

namespace dialin::simulation {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// A broken invariant ends the process; then this says in which history.
char seed_line[64] = "";
void say_seed(int) {
  (void)!::write(STDERR_FILENO, seed_line, std::strlen(seed_line));
}

History simulated(std::uint64_t seed, const Options& options) {
  std::snprintf(seed_line, sizeof seed_line, "ended in the history of seed %llu\n", static_cast<unsigned long long>(seed));
  return simulate(seed, options);
}

/// The same history again, told.
std::string told(std::uint64_t seed, Options options) {
  options.keeps_diary = true;
  const History again = simulated(seed, options);
  return "seed " + std::to_string(seed) + ", step " + std::to_string(again.counts.steps) + ": " + again.violation.value_or("not again") +
         "\n" + again.diary;
}

struct SimulationTest : testing::Test {
  SimulationTest() { std::signal(SIGABRT, say_seed); }
  ~SimulationTest() override { std::signal(SIGABRT, SIG_DFL); }
};

TEST_F(SimulationTest, no_history_breaks_what_must_hold) {
  const std::uint64_t first = number_from("DIALIN_SEED", 1);
  const std::uint64_t histories = number_from("DIALIN_HISTORIES", 20'000);
  Options options;
  options.keeps_diary = options.says_diary = histories == 1;
  Counts sum;
  for (std::uint64_t seed = first; seed < first + histories; ++seed) {
    const History history = simulated(seed, options);
    ASSERT_FALSE(history.violation) << told(seed, {});
    sum += history.counts;
  }
  const auto looked_at = [&](const char* name, std::uint64_t count, std::uint64_t least) {
    if (histories >= 1000) {
      EXPECT_GT(count, least) << name << ": it did not look at what it is about";
    }
    RecordProperty(name, std::to_string(count));
  };
  looked_at("steps", sum.steps, histories * 500);
  looked_at("stored", sum.stored, histories);
  looked_at("replayed", sum.replayed, histories / 100);
  looked_at("negative", sum.negative, histories);
  looked_at("denied", sum.denied, histories);
  looked_at("unknown", sum.unknown, histories / 10);
  looked_at("strong_reads", sum.strong_reads, histories);
  looked_at("moves", sum.moves, histories / 10);
  looked_at("strays", sum.strays, histories);
  looked_at("leads", sum.leads, histories);
  looked_at("crashes", sum.crashes, histories);
  looked_at("restarts", sum.restarts, histories / 10);
  looked_at("consumed", sum.consumed, histories);
}

TEST_F(SimulationTest, the_same_seed_is_the_same_history) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Options options;
    options.keeps_diary = true;
    EXPECT_EQ(simulated(seed, options).diary, simulated(seed, options).diary);
    EXPECT_EQ(simulated(seed, options).counts.steps, simulated(seed, {}).counts.steps);
  }
}

struct Without {
  const char* name;
  void (*take_out)(Options&);
  bool identical = false;
};
std::string name_of_rule(const testing::TestParamInfo<Without>& info) {
  return info.param.name;
}

struct EachRule : SimulationTest, testing::WithParamInterface<Without> {};

TEST_P(EachRule, is_needed) {
  Options options;
  options.identical = GetParam().identical;
  GetParam().take_out(options);
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    if (const History history = simulated(seed, options); history.violation) {
      RecordProperty("seed", std::to_string(seed));
      RecordProperty("violation", *history.violation);
      return;
    }
  }
  FAIL() << "no history shows that it is needed";
}

INSTANTIATE_TEST_SUITE_P(Simulation, EachRule,
                         testing::Values(Without{"looks_into_gaps", [](Options& o) { o.guards.looks_into_gaps = false; }},
                                         Without{"waits_to_be_settled", [](Options& o) { o.guards.waits_to_be_settled = false; }},
                                         Without{"opens_are_unique", [](Options& o) { o.guards.opens_are_unique = false; }, true},
                                         Without{"chains_by_id", [](Options& o) { o.guards.chains_by_id = false; }},
                                         Without{"completes_moves", [](Options& o) { o.guards.completes_moves = false; }},
                                         Without{"asks_for_the_end", [](Options& o) { o.guards.asks_for_the_end = false; }},
                                         Without{"holds_answers", [](Options& o) { o.holds_answers = false; }}),
                         name_of_rule);

TEST_F(SimulationTest, identical_nodes_are_told_apart_by_their_nonce) {
  Options options;
  options.identical = true;
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    const History history = simulated(seed, options);
    ASSERT_FALSE(history.violation) << told(seed, options);
  }
}

}  // namespace
}  // namespace dialin::simulation
