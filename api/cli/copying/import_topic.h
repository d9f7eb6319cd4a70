#pragma once
// Imports into a log on Kafka. While it runs no node leads there; what it appended counts when it was read back from the topic as part of
// the chain, so that nothing is taken for stored that another writer came before. One thread.

#include <memory>

#include "api/cli/copying/import_target.h"
#include "domain/codec.h"
#include "domain/telemetry.h"
#include "infra/log/kafka/client.h"

namespace dialin::cli {

/// The topic is made when it is missing, with `replication` copies as `dialin init` makes it, once it is certain that a record comes.
/// `codec` and `telemetry` must outlive it.
std::unique_ptr<ImportTarget> import_into_topic(const log::kafka::Connection& connection, int replication, const Codec& codec,
                                                Telemetry& telemetry);

}  // namespace dialin::cli
