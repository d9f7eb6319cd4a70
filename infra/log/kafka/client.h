#pragma once
// A handle of librdkafka with the settings that the protocol needs. docs: what can be set with --kafka-property goes through, but for
// these.

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "domain/result.h"
#include "domain/telemetry.h"

struct rd_kafka_s;
struct rd_kafka_conf_s;

namespace dialin::log::kafka {

struct Connection {
  std::string brokers;  ///< HOST:PORT,…
  std::string topic;
  /// As librdkafka names them: security.protocol, sasl.username …
  std::vector<std::pair<std::string, std::string>> properties;
};

/// Why Kafka cannot be used as asked: a sentence for the operator.
struct KafkaFailure {
  std::string text;
  bool may_pass = false;  ///< brokers that are down, or do not answer in time
};

/// Waits for 3 s at most. Some do not end: in librdkafka 2.0 a consumer whose topic is gone. Such a one is left to itself.
struct CloseClient {
  void operator()(rd_kafka_s* client) const;
};
using Client = std::unique_ptr<rd_kafka_s, CloseClient>;

/// For a client that librdkafka 2.0 cannot destroy: it is not heard any more, and never ends.
void keep_until_exit(Client client);

/// Settings win over the connection's properties: they are what safety and speed stand on.
using Settings = std::vector<std::pair<std::string, std::string>>;
/// `prepare` may set callbacks. Fails on a property that librdkafka does not know, naming it. `telemetry` must outlive the client.
Result<Client, KafkaFailure> make_producer(const Connection& connection, Telemetry& telemetry, const Settings& settings);
Result<Client, KafkaFailure> make_consumer(const Connection& connection, Telemetry& telemetry, const Settings& settings,
                                           const std::function<void(rd_kafka_conf_s*)>& prepare = {});

/// Why a broker refuses what it was asked, as Kafka names it; empty when `error` (an rd_kafka_resp_err_t) is of another kind, which passes
/// or is told otherwise. `client` says what lies behind a fatal one.
std::string refusal_in(int error, rd_kafka_s* client);

}  // namespace dialin::log::kafka
