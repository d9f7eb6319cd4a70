// The cut of a span into nodes: each sequence of it lies in one of them, no other does, and there are few.

#include "projections/lives.h"

#include <gtest/gtest.h>

#include <random>

namespace dialin::projections {
namespace {

std::size_t nodes_with(const std::vector<SpanNode>& nodes, std::uint64_t sequence) {
  std::size_t found = 0;
  for (const SpanNode& node : nodes) found += node_at(node.level, {sequence}) == node ? 1 : 0;
  return found;
}

struct Row {
  const char* name;
  std::uint64_t begin, end;
  std::vector<SpanNode> nodes;
};

const Row kRows[] = {
    {"nothing", 7, 7, {}},
    {"one", 7, 8, {{0, 7}}},
    {"two that belong together", 6, 8, {{1, 3}}},
    {"two that do not", 7, 9, {{0, 7}, {0, 8}}},
    {"a whole tree", 0, 16, {{4, 0}}},
    {"up and down", 5, 11, {{0, 5}, {1, 3}, {1, 4}, {0, 10}}},
    {"the longest", 1, ~0ULL, {}},
};

TEST(NodesOf, are_the_fewest_that_hold_the_span) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.name);
    const auto nodes = nodes_of({row.begin}, {row.end});
    if (!row.nodes.empty() || row.begin == row.end) {
      EXPECT_EQ(nodes, row.nodes);
    }
    EXPECT_LE(nodes.size(), kSpanNodesMax);
    for (const SpanNode& node : nodes) EXPECT_LT(node.level, kSpanLevels);
  }
}

TEST(NodesOf, hold_each_sequence_of_any_small_span_once) {
  constexpr std::uint64_t kEnd = 70;
  for (std::uint64_t begin = 0; begin <= kEnd; ++begin) {
    for (std::uint64_t end = begin; end <= kEnd; ++end) {
      const auto nodes = nodes_of({begin}, {end});
      for (std::uint64_t sequence = 0; sequence <= kEnd + 1; ++sequence)
        ASSERT_EQ(nodes_with(nodes, sequence), sequence >= begin && sequence < end ? 1U : 0U) << begin << " to " << end << ": " << sequence;
    }
  }
}

TEST(NodesOf, hold_each_sequence_of_any_great_span_once) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::uint64_t begin = random() >> random() % 64;
    std::uint64_t end = random() >> random() % 64;
    if (begin > end) std::swap(begin, end);
    const auto nodes = nodes_of({begin}, {end});
    ASSERT_LE(nodes.size(), kSpanNodesMax);
    for (const std::uint64_t near : {begin - 1, begin, begin + 1, begin + (end - begin) / 2, end - 1, end, end + 1})
      ASSERT_EQ(nodes_with(nodes, near), near >= begin && near < end ? 1U : 0U) << begin << " to " << end << ": " << near;
  }
}

}  // namespace
}  // namespace dialin::projections
