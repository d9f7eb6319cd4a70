#pragma once
// Where a node stands among those that share its log, as /readyz says it and as whoever sends writes on must know it.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/node_client.h"
#include "domain/ids.h"

namespace dialin::http {

/// What tells one process from another that answers at the same address.
struct NodeIdentity {
  std::string node;
  LogId log;
  std::string instance;  ///< random
};

struct NodeStanding {
  NodeIdentity identity;
  std::string_view role;  ///< `leader`, `follower`, `halted`: static text
  std::uint64_t term = 0;
  std::optional<LeadingNode> leader;  ///< as the log says; maybe this node
  bool leader_is_here = false;
  std::uint64_t unread = 0;          ///< records of the log that this node has not looked at yet
  std::vector<std::string> reasons;  ///< not to be ready
};

}  // namespace dialin::http
