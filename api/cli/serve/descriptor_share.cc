#include "api/cli/serve/descriptor_share.h"

#include <algorithm>

#include "api/http/node_client.h"
#include "api/http/server.h"
#include "infra/media/check_queue.h"
#include "infra/storage/rocks_store.h"

namespace dialin::cli {
namespace {

/// Of the log: the segment that is written and the next one, 32 that are read. Of the views: what is no table, and tables that a compaction
/// reads at once. Files of keys and certificates while they are read, the listener, what a caller of /metrics has looked up; and as many
/// again, because a write that finds none is refused.
constexpr std::size_t kReserve = 128;
/// epoll, its timer and its wake-up, and that of the mailbox, which is there twice.
constexpr std::size_t kOfThread = 5;
/// Views that are served, and those of a new schema in the making.
constexpr std::size_t kStores = 2;
/// Three clients of librdkafka, each with a connection and a pipe to every broker.
constexpr std::size_t kOfKafka = 128;
/// Looking up the host, and a connection to each kind of address.
constexpr std::size_t kOfMusicCheck = 3;
/// Of what is left, for those that are one too many: until one of the others has made room for them, or they are told that none has. They
/// come some 64 at once.
constexpr std::size_t kPartOfRefused = 2;

std::size_t reserve(std::size_t descriptors, const ServeOptions& options) {
  return kReserve + kOfThread * options.threads + storage::open_files_max(descriptors, kStores) + (options.kafka ? kOfKafka : 0) +
         (options.hold_music.is_checked ? kOfMusicCheck * media::CheckQueue::kRunningMax : 0);
}

}  // namespace

DescriptorShare share_of_connections(std::size_t descriptors, const ServeOptions& options) {
  const std::size_t reserved = reserve(descriptors, options);
  std::size_t left = descriptors - std::min(descriptors, reserved);
  // Of a node that follows, a connection that brings a write needs another one to the node that leads, which outlives it when the caller
  // goes away.
  const std::size_t forwarded = options.kafka ? std::min(left / 2, http::NodeClient::kInFlightMax) : 0;
  left -= forwarded;
  const std::size_t refused = std::min(left / kPartOfRefused, http::ServerOptions().refused_max);
  return {std::min(left - refused, options.connections_max), refused, forwarded};
}

std::size_t descriptors_for(std::size_t connections, const ServeOptions& options) {
  std::size_t descriptors = connections;
  while (share_of_connections(descriptors, options).connections < connections) ++descriptors;
  return descriptors;
}

std::string too_few_descriptors(std::size_t descriptors, const ServeOptions& options) {
  const std::size_t least = std::min(kConnectionsLeast, options.connections_max);
  if (share_of_connections(descriptors, options).connections >= least) return "";
  return "a limit of " + std::to_string(descriptors) +
         " file descriptors leaves too few for connections beside log and views: the hard limit (LimitNOFILE of a unit, ulimit -Hn) must "
         "be " +
         std::to_string(descriptors_for(least, options)) + " at least";
}

std::string fewer_connections(std::size_t descriptors, const ServeOptions& options) {
  const std::size_t connections = share_of_connections(descriptors, options).connections;
  if (connections >= options.connections_max) return "";
  return "no more than " + std::to_string(connections) + " connections are taken, fewer than --connections-max " +
         std::to_string(options.connections_max) + ": the limit of " + std::to_string(descriptors) +
         " file descriptors leaves no more beside log and views; raise the hard limit (LimitNOFILE of a unit, ulimit -Hn) to " +
         std::to_string(descriptors_for(options.connections_max, options)) + ", or lower --connections-max";
}

}  // namespace dialin::cli
