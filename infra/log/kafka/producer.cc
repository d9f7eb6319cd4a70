#include "infra/log/kafka/producer.h"

#include <librdkafka/rdkafka.h>

#include <vector>

namespace dialin::log::kafka {
namespace {

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
                               {"max.in.flight", "5"},
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

bool Producer::produce(Token token, const Record& record) {
  return send(token, headers_of(record, log_), record.config ? record.config->text() : std::string(), record.value);
}

bool Producer::mark(Token token, const Random& random) {
  RecordId id;
  random.fill(id.bytes);
  return send(token, headers_of_mark(id, log_), {}, {});
}

bool Producer::send(Token token, const Headers& headers, std::string_view key, std::string_view value) {
  rd_kafka_headers_t* sent = rd_kafka_headers_new(headers.size());
  for (const auto& [name, text] : headers) {
    rd_kafka_header_add(sent, name.data(), static_cast<ssize_t>(name.size()), text.data(), static_cast<ssize_t>(text.size()));
  }
  const rd_kafka_resp_err_t error = rd_kafka_producev(
      client_.get(), RD_KAFKA_V_TOPIC(topic_.c_str()), RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
      RD_KAFKA_V_KEY(key.empty() ? nullptr : key.data(), key.size()), RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()),
      RD_KAFKA_V_HEADERS(sent), RD_KAFKA_V_OPAQUE(reinterpret_cast<void*>(token)), RD_KAFKA_V_END);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) rd_kafka_headers_destroy(sent);  // its own only when it took the record
  return error == RD_KAFKA_RESP_ERR_NO_ERROR;
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
    if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_ERROR) {
      std::string refused = refusal_in(rd_kafka_event_error(event.get()), client_.get());
      if (!refused.empty()) delivered.push_back({0, std::nullopt, std::move(refused)});
    }
    while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event.get())) {
      Delivered one{reinterpret_cast<Token>(message->_private), std::nullopt, refusal_in(message->err, client_.get())};
      // With an error the offset means nothing.
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && message->offset >= 0) one.offset = message->offset;
      delivered.push_back(std::move(one));
    }
    if (!silent_ && !delivered.empty()) reported_(delivered);
  }
}

}  // namespace dialin::log::kafka
