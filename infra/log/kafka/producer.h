#pragma once
// Sends records to the end of the partition, idempotent and pipelined, and tells where each landed. Owns a thread for the reports.
//
// librdkafka is given some at a time. While more than a few are without an answer it sends no further request, and its thread turns without
// sleeping when a record waits for that. What comes meanwhile waits here.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "domain/secrets.h"
#include "infra/log/kafka/client.h"
#include "infra/log/kafka/message.h"
#include "infra/log/kafka/protocol.h"

struct rd_kafka_headers_s;
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

  /// Any thread. False: its queue is full, or a record cannot be sent, this one or one that waited; it never will be.
  bool produce(Token token, const Record& record);
  /// Any thread. A record that is none of the chain, to learn where it lands; it waits for nothing. False: as for produce().
  bool mark(Token token, const Random& random);
  /// Reports nothing any more.
  void silence() { silent_ = true; }

 private:
  Producer(Client client, const LogId& log, std::string topic, Reported reported);
  struct DestroyHeaders {
    void operator()(rd_kafka_headers_s* headers) const;
  };
  struct Message {
    Message(Token own, const Headers& given, std::string_view its_key, std::string_view its_value);
    Token token;
    std::unique_ptr<rd_kafka_headers_s, DestroyHeaders> headers;
    std::string key, value;
  };
  std::optional<Token> send_waiting();
  std::optional<Token> make_room(std::size_t reported, bool has_failed);
  bool send(Message& message);
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
  std::mutex mutex_;
  std::vector<Message> waiting_;    ///< bounded by Protocol::Options::in_flight_max
  std::size_t without_report_ = 0;  ///< of those that the client was given
  std::atomic<bool> silent_{false};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace dialin::log::kafka
