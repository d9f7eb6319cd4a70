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

/// Makes the topic as found_log() does, when there is none, and looks whether it can hold a log. True: there was none.
Result<bool, KafkaFailure> make_topic(const Connection& connection, int replication, Telemetry& telemetry);

struct TopicState {
  bool is_missing = false;
  bool is_whole = false;  ///< one partition, from its first record on: what it holds can be read and proved, whatever its settings
  std::optional<std::string> fault;  ///< why it cannot hold a log, or not the one that it held
  std::optional<std::string> lack;   ///< why no node should begin with it; who runs is told when it matters
  std::vector<std::string> worries;  ///< lesser things, to be warned of
};
/// One partition, all of it, and nothing compacted or expired by its settings. Blocks for some `wait_ms` at most, for each of three
/// questions.
Result<TopicState, KafkaFailure> look_at_topic(rd_kafka_s* client, const std::string& topic, int wait_ms);

/// Whether it can hold a log. Worries are warned of; `when_missing` ends what is said of a topic that is not there.
Result<void, KafkaFailure> check_topic(const Connection& connection, Telemetry& telemetry, std::string_view when_missing);

/// The first record of the chain; nothing when the topic holds none. Waits until the topic's end was read.
Result<std::optional<Record>, KafkaFailure> first_record(const Connection& connection, Telemetry& telemetry);

}  // namespace dialin::log::kafka
