#pragma once
// One history: 2 to 5 nodes with the real protocol, writer, projector and views, callers and raw consumers, on one played partition. Some
// hundred steps drawn from one seed, in which everything goes wrong that can; then peace, in which everything must come right. What must
// hold is looked at in every step: truth.h for the chain, witness.h for answers and views, raw_consumer.h for other systems.

#include "simulation/world.h"

namespace dialin::simulation {

struct History {
  std::optional<std::string> violation;
  Counts counts;
  std::string diary;  ///< its last lines, when one was kept
};

/// Same seed and options, same history.
History simulate(std::uint64_t seed, const Options& options);

}  // namespace dialin::simulation
