#pragma once
// The topic that holds a log: made once, by whoever founds the log, and looked at before it is believed. Blocking; any thread.

#include <optional>
#include <string>
#include <vector>

#include "domain/codec.h"
#include "domain/instant.h"
#include "domain/secrets.h"
#include "infra/log/kafka/client.h"
#include "infra/log/kafka/offset.h"

namespace dialin::log::kafka {

struct Founded {
  LogId log;
  bool existed = false;
  int replication = 0;  ///< of a topic that was made; 0 when it existed
};

struct FoundingPorts {
  const Clock& clock;
  const Random& random;
  const Codec& codec;
  Telemetry& telemetry;
};

/// Makes the topic with one partition that keeps everything, and appends the first record. Whoever is second, by one moment or by years,
/// finds the log that exists. `replication` 0: 3, or the number of brokers when that is less.
Result<Founded, KafkaFailure> found_log(const Connection& connection, int replication, FoundingPorts ports);

/// Whether the topic can hold a log, by its settings: one partition, nothing compacted or expired. Lesser worries are warned of.
Result<void, KafkaFailure> check_topic(const Connection& connection, Telemetry& telemetry);

/// What is wrong with a topic that begins at another offset than 0.
std::string beginning_is_cut(Offset beginning);

/// The first record of the chain; nothing when the topic holds none. Waits until the topic's end was read.
Result<std::optional<Record>, KafkaFailure> first_record(const Connection& connection, Telemetry& telemetry);

}  // namespace dialin::log::kafka
