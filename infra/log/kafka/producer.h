#pragma once
// Sends records to the end of the partition, idempotent and pipelined, and tells where each landed. Owns a thread for the reports.

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <thread>

#include "domain/secrets.h"
#include "infra/log/kafka/client.h"
#include "infra/log/kafka/message.h"
#include "infra/log/kafka/protocol.h"

struct rd_kafka_topic_s;

namespace dialin::log::kafka {

struct Delivered {
  Token token = 0;               ///< 0: of no record, but of all that this producer is given from now on
  std::optional<Offset> offset;  ///< absent: failed, or not known
  std::string refused;           ///< why the broker does not take it; empty: it does, or it did not come so far
};

class Producer {
 public:
  /// On the producer's thread, in the order in which librdkafka tells it.
  using Reported = std::function<void(std::span<const Delivered>)>;
  static Result<std::unique_ptr<Producer>, KafkaFailure> make(const Connection& connection, const LogId& log, Telemetry& telemetry,
                                                              Reported reported);
  /// What is in flight is given up and may land nevertheless. Not on its own thread.
  ~Producer();

  /// Any thread. False: its queue is full, or the record cannot be sent; it never will be.
  bool produce(Token token, const Record& record);
  /// Any thread. A record that is none of the chain, to learn where it lands. False: as for produce().
  bool mark(Token token, const Random& random);
  /// Reports nothing any more.
  void silence() { silent_ = true; }

 private:
  Producer(Client client, const LogId& log, std::string topic, Reported reported);
  bool send(Token token, const Headers& headers, std::string_view key, std::string_view value);
  void run();
  bool get_to_know_topic();
  struct CloseTopic {
    void operator()(rd_kafka_topic_s* topic) const;
  };

  Client client_;
  const LogId log_;
  const std::string topic_;
  /// Held for as long as the client lives: librdkafka forgets a topic that nobody holds.
  const std::unique_ptr<rd_kafka_topic_s, CloseTopic> known_;
  const Reported reported_;
  std::atomic<bool> silent_{false};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace dialin::log::kafka
