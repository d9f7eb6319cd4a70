#pragma once
// A log on Kafka from one end to the other, straight from its topic: the chain rule (domain/chain.h), and every record proved. Beside
// running nodes or without any; only reads. One thread.

#include <memory>

#include "domain/codec.h"
#include "infra/log/kafka/client.h"
#include "infra/log/log_walk.h"

namespace dialin::log::kafka {

/// Ends where the topic ended when it began; asked again after that, it goes on with what has come since, and gives Step::end whenever
/// there is nothing more at the moment, even while brokers are down. Up to there Kafka must answer: it is given 10 s each time.
///
/// Fails when there is no such topic, or it holds no log. One whose settings would let events expire is warned of and read. `after`: all
/// that is before is read and proved, too, and not given. `telemetry` must outlive the walk.
Result<std::unique_ptr<LogWalk>, OpenFailure> walk_topic(const Connection& connection, const Codec& codec, Telemetry& telemetry,
                                                         Sequence after);

}  // namespace dialin::log::kafka
