#pragma once
// One history: a few nodes on one partition, some hundred steps drawn from one seed, then peace. Same seed, same history.

#include "simulated_node.h"

namespace dialin::log::kafka {

struct SimulationOptions {
  Guards guards;
  std::size_t steps = 1500;
  bool identical = false;  ///< nodes share name and clock, and write the same things
  bool faults = true;
};

struct History {
  std::optional<std::string> violation;
  std::uint64_t steps = 0;
  std::uint64_t stored = 0;
  std::uint64_t denied = 0;
  std::uint64_t strong_reads = 0;
  std::uint64_t strays = 0;
  std::uint64_t leads = 0;
};

History simulate(std::uint64_t seed, const SimulationOptions& options);

}  // namespace dialin::log::kafka
