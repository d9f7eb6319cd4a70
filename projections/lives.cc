#include "projections/lives.h"

#include <algorithm>
#include <bit>

namespace dialin::projections {

std::vector<SpanNode> nodes_of(Sequence begin, Sequence end) {
  std::vector<SpanNode> nodes;
  for (std::uint64_t at = begin.value; at < end.value;) {
    const auto fits = std::bit_width(end.value - at) - 1;
    const auto level = static_cast<std::uint8_t>(std::min<int>(std::countr_zero(at), static_cast<int>(fits)));
    nodes.push_back(node_at(level, {at}));
    at += std::uint64_t{1} << level;
  }
  return nodes;
}

}  // namespace dialin::projections
