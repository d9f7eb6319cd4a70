#include "infra/log/kafka/producer.h"

#include <librdkafka/rdkafka.h>

#include <utility>

namespace dialin::log::kafka {
namespace {

/// With 5 records without an answer the client sends no further request of an idempotent producer.
constexpr std::size_t kWithoutReportMax = 4;
constexpr int kPoll_ms = 100;
constexpr int kGetToKnow_ms = 100;
/// Long: the deadline of a request is its own. A short one fails a new producer's first records.
constexpr const char* kMessageTimeout_ms = "30000";

}  // namespace

Result<std::unique_ptr<Producer>, KafkaFailure> Producer::make(const Connection& connection, const LogId& log, Telemetry& telemetry,
                                                               Reported reported) {
  auto client = make_producer(connection, telemetry,
                              {{"enable.idempotence", "true"},
                               {"acks", "all"},
                               {"linger.ms", "0"},
                               {"max.in.flight", "2"},  // one more is made ready while the last is on its way; the rest goes together
                               {"batch.size", std::to_string(kRecordValueBytesMax)},  // a batch counts as one message for the topic
                               {"queue.buffering.max.messages", "200000"},
                               {"message.timeout.ms", kMessageTimeout_ms}});
  if (!client) return client.error();
  return std::unique_ptr<Producer>(new Producer(std::move(*client), log, connection.topic, std::move(reported)));
}

Producer::Producer(Client client, const LogId& log, std::string topic, Reported reported)
    : client_(std::move(client)),
      log_(log),
      topic_(std::move(topic)),
      known_(rd_kafka_topic_new(client_.get(), topic_.c_str(), nullptr)),
      reported_(std::move(reported)),
      thread_([this] { run(); }) {}

void Producer::CloseTopic::operator()(rd_kafka_topic_s* topic) const {
  rd_kafka_topic_destroy(topic);
}

Producer::~Producer() {
  stopping_ = true;
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  thread_.join();
}

void Producer::DestroyHeaders::operator()(rd_kafka_headers_s* headers) const {
  rd_kafka_headers_destroy(headers);
}

Producer::Message::Message(Token own, const Headers& given, std::string_view its_key, std::string_view its_value)
    : token(own), headers(rd_kafka_headers_new(given.size())), key(its_key), value(its_value) {
  for (const auto& [name, text] : given) {
    rd_kafka_header_add(headers.get(), name.data(), static_cast<ssize_t>(name.size()), text.data(), static_cast<ssize_t>(text.size()));
  }
}

bool Producer::produce(Token token, const Record& record) {
  Message message(token, headers_of(record, log_), record.config ? record.config->text() : std::string(), record.value);
  const std::lock_guard lock(mutex_);
  waiting_.push_back(std::move(message));
  return without_report_ > kWithoutReportMax || !send_waiting();
}

bool Producer::mark(Token token, const Random& random) {
  RecordId id;
  random.fill(id.bytes);
  Message message(token, headers_of_mark(id, log_), {}, {});
  const std::lock_guard lock(mutex_);
  return send(message);
}

/// Gives the one that cannot be sent; those behind it are not sent either.
std::optional<Token> Producer::send_waiting() {
  std::vector<Message> messages = std::exchange(waiting_, {});
  for (Message& message : messages) {
    if (!send(message)) return message.token;
  }
  return std::nullopt;
}

/// Behind a hole nothing joins the chain: what waits is not sent, and this producer is given up.
std::optional<Token> Producer::make_room(std::size_t reported, bool has_failed) {
  const std::lock_guard lock(mutex_);
  without_report_ -= reported;
  if (has_failed || silent_ || without_report_ > kWithoutReportMax) return std::nullopt;
  return send_waiting();
}

bool Producer::send(Message& message) {
  const std::string& key = message.key;
  std::string& value = message.value;
  const rd_kafka_resp_err_t error =
      rd_kafka_producev(client_.get(), RD_KAFKA_V_TOPIC(topic_.c_str()), RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                        RD_KAFKA_V_KEY(key.empty() ? nullptr : key.data(), key.size()),
                        RD_KAFKA_V_VALUE(value.empty() ? nullptr : value.data(), value.size()), RD_KAFKA_V_HEADERS(message.headers.get()),
                        RD_KAFKA_V_OPAQUE(reinterpret_cast<void*>(message.token)), RD_KAFKA_V_END);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  (void)message.headers.release();  // the client's when it took the record
  ++without_report_;
  return true;
}

/// Before it is needed: librdkafka asks for a topic that it does not know at its next full second only, and a new leader's first record
/// would wait for that.
bool Producer::get_to_know_topic() {
  const rd_kafka_metadata_t* metadata = nullptr;
  if (rd_kafka_metadata(client_.get(), 0, known_.get(), &metadata, kGetToKnow_ms) != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  rd_kafka_metadata_destroy(metadata);
  return true;
}

void Producer::run() {
  std::unique_ptr<rd_kafka_queue_t, void (*)(rd_kafka_queue_t*)> queue(rd_kafka_queue_get_main(client_.get()), rd_kafka_queue_destroy);
  std::vector<Delivered> delivered;
  bool knows_topic = false;
  while (!stopping_) {
    if (!knows_topic) knows_topic = get_to_know_topic();
    std::unique_ptr<rd_kafka_event_t, void (*)(rd_kafka_event_t*)> event(rd_kafka_queue_poll(queue.get(), kPoll_ms),
                                                                         rd_kafka_event_destroy);
    if (!event) continue;
    delivered.clear();
    std::size_t messages = 0;
    bool has_failed = false;
    if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_ERROR) {
      std::string refused = refusal_in(rd_kafka_event_error(event.get()), client_.get());
      if (!refused.empty()) delivered.push_back({0, std::nullopt, std::move(refused)});
    }
    while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event.get())) {
      Delivered one{reinterpret_cast<Token>(message->_private), std::nullopt, refusal_in(message->err, client_.get())};
      // With an error the offset means nothing.
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && message->offset >= 0) one.offset = message->offset;
      has_failed |= !one.offset.has_value();
      delivered.push_back(std::move(one));
      ++messages;
    }
    if (const auto not_sent = make_room(messages, has_failed)) delivered.push_back({*not_sent, std::nullopt, {}});
    if (!silent_ && !delivered.empty()) reported_(delivered);
  }
}

}  // namespace dialin::log::kafka
