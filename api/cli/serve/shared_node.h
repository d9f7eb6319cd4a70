#pragma once
// What a node that shares its log with others has beside one that does not: a name, an address where the others reach it, and a standing
// among them. Main thread, but for what is marked.

#include <memory>
#include <string>

#include "api/cli/options/serve_options.h"
#include "api/cli/serve/node.h"
#include "api/http/node_client.h"
#include "api/http/node_standing.h"
#include "domain/secrets.h"
#include "infra/log/kafka/kafka_log.h"

namespace dialin::cli {

struct SharedNode {
  SharedNode(http::NodeIdentity own, std::shared_ptr<const http::TlsContext> tls, std::size_t forwarded_max)
      : identity(std::move(own)), others(std::move(tls), forwarded_max) {}
  http::NodeIdentity identity;
  http::NodeClient others;
};

/// `url`: where this node listens, which the others are told unless --advertise says another.
log::kafka::KafkaLogOptions kafka_log_options(const ServeOptions& options, const std::string& url);

/// Its log's id is not known yet. Refuses an --advertise at which another process answers. Silence is no reason, since a node may not reach
/// itself as others do; it is waited for for two seconds. `forwarded_max`: connections to other nodes.
Result<std::unique_ptr<SharedNode>, CannotServe> make_shared_node(const log::kafka::KafkaLogOptions& options, const Random& random,
                                                                  std::shared_ptr<const http::TlsContext> tls, std::size_t forwarded_max);

/// Any thread.
http::NodeStanding standing_of(const log::kafka::KafkaLog& log, const http::NodeIdentity& identity);

}  // namespace dialin::cli
