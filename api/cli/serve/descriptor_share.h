#pragma once
// How many connections a node may take within the limit of file descriptors. Strangers may hold as many as there may be without a word;
// log, views, Kafka and what else the node opens must find theirs all the same.

#include <cstddef>
#include <string>

#include "api/cli/options/serve_options.h"

namespace dialin::cli {

struct DescriptorShare {
  std::size_t connections = 0;  ///< no more than --connections-max
  std::size_t refused = 0;      ///< beside them, of those that wait for room, or are told that there is none
  std::size_t forwarded = 0;    ///< beside them, to the node that leads; none without Kafka
};

/// Fewer are no service: a limit that leaves no more is a mistake, and is refused. --connections-max may be less.
constexpr std::size_t kConnectionsLeast = 16;

/// What a limit of `descriptors` leaves.
DescriptorShare share_of_connections(std::size_t descriptors, const ServeOptions& options);
/// The least limit that leaves `connections`, which are no more than --connections-max.
std::size_t descriptors_for(std::size_t connections, const ServeOptions& options);

/// Why no node can serve with so few; empty: it can.
std::string too_few_descriptors(std::size_t descriptors, const ServeOptions& options);
/// That there are fewer connections than --connections-max, and what to raise; empty: there are not.
std::string fewer_connections(std::size_t descriptors, const ServeOptions& options);

}  // namespace dialin::cli
