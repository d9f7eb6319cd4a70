#pragma once
// How the life of a config, a span of sequences, is cut into nodes of a binary tree over all sequences, so that who lived at a sequence is
// found by one look at each level: node i of level l holds the sequences from i * 2^l up to the next node's. Pure; any thread.
//
// Every sequence of a span lies in exactly one of its nodes, and a span has at most two nodes a level (kSpanNodesMax).

#include <cstddef>
#include <cstdint>
#include <vector>

#include "domain/ids.h"

namespace dialin::projections {

struct SpanNode {
  std::uint8_t level = 0;
  std::uint64_t index = 0;
  friend bool operator==(const SpanNode&, const SpanNode&) = default;
};

constexpr std::uint8_t kSpanLevels = 64;
constexpr std::size_t kSpanNodesMax = 2 * kSpanLevels;
/// No node of the tree, but one beside it: here stand the configs that were deleted and restored, or had another number at some time. What
/// other entries say of those need not be so at every sequence of their span.
constexpr SpanNode kUnsteady{255, 0};

/// The node of `level` (below kSpanLevels) in which `sequence` lies.
constexpr SpanNode node_at(std::uint8_t level, Sequence sequence) {
  return {level, sequence.value >> level};
}

/// The fewest nodes that hold the sequences from `begin` up to, but not including, `end`, and no other.
std::vector<SpanNode> nodes_of(Sequence begin, Sequence end);

}  // namespace dialin::projections
