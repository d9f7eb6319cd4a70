#include "infra/log/kafka/reader.h"

#include <librdkafka/rdkafka.h>

#include <array>

#include "infra/log/kafka/message.h"

namespace dialin::log::kafka {
namespace {

constexpr std::size_t kBatchMax = 4096;

Instant stamp_of(const rd_kafka_message_t& message) {
  rd_kafka_timestamp_type_t type{};
  const std::int64_t ms = rd_kafka_message_timestamp(&message, &type);
  // Only the broker's own stamp can be compared with a clock.
  return type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME && ms > 0 ? Instant{ms * 1000} : Instant{};
}

void take(const rd_kafka_message_t& message, rd_kafka_t* client, Reader::Batch& batch) {
  switch (message.err) {
    case RD_KAFKA_RESP_ERR_NO_ERROR:
      break;
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      batch.read_to = message.offset;
      return;
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      batch.lost = std::string("the topic does not hold what was read from it before: ") + rd_kafka_err2str(message.err);
      return;
    default:
      batch.refused = refusal_in(message.err, client);
      return;  // librdkafka goes on by itself
  }
  MessageReader reader;
  if (message.key != nullptr) reader.key({static_cast<const char*>(message.key), message.key_len});
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
      reader.header(name, {static_cast<const char*>(value), size});
    }
  }
  batch.found.push_back(reader.found(message.offset, stamp_of(message), {static_cast<const char*>(message.payload), message.len}));
}

}  // namespace

void Reader::CloseTopic::operator()(rd_kafka_topic_s* topic) const {
  rd_kafka_topic_destroy(topic);
}

Result<std::unique_ptr<Reader>, KafkaFailure> Reader::make(const Connection& connection, Telemetry& telemetry) {
  auto client = make_consumer(connection, telemetry,
                              {{"isolation.level", "read_uncommitted"},  // else one open transaction of anybody hides the end
                               {"auto.offset.reset", "error"},
                               {"enable.auto.commit", "false"},
                               {"enable.partition.eof", "true"},
                               {"fetch.min.bytes", "1"},
                               {"fetch.error.backoff.ms", "100"},
                               {"check.crcs", "true"},
                               // A broker that was cut off from the others goes on answering; the others say that it leads no more.
                               {"topic.metadata.refresh.interval.ms", "5000"}});
  if (!client) return client.error();
  return std::unique_ptr<Reader>(new Reader(std::move(*client), connection.topic));
}

Reader::Reader(Client client, std::string topic)
    : client_(std::move(client)), name_(std::move(topic)), topic_(rd_kafka_topic_new(client_.get(), name_.c_str(), nullptr)) {}

Reader::~Reader() {
  stop();
}

void Reader::begin(Offset from) {
  stop();
  reading_ = rd_kafka_consume_start(topic_.get(), 0, from) == 0;
}

void Reader::stop() {
  if (reading_) rd_kafka_consume_stop(topic_.get(), 0);
  reading_ = false;
}

void Reader::read(int wait_ms, Batch& batch) {
  batch = {};
  rd_kafka_message_t* message = rd_kafka_consume(topic_.get(), 0, wait_ms);
  if (message == nullptr) return;
  take(*message, client_.get(), batch);
  rd_kafka_message_destroy(message);
  std::array<rd_kafka_message_t*, kBatchMax> more{};
  const ssize_t count = rd_kafka_consume_batch(topic_.get(), 0, 0, more.data(), more.size());
  for (ssize_t i = 0; i < count; ++i) {
    take(*more[static_cast<std::size_t>(i)], client_.get(), batch);
    rd_kafka_message_destroy(more[static_cast<std::size_t>(i)]);
  }
}

std::optional<Offset> Reader::ask_end(int wait_ms) {
  std::unique_ptr<rd_kafka_topic_partition_list_t, void (*)(rd_kafka_topic_partition_list_t*)> asked(rd_kafka_topic_partition_list_new(1),
                                                                                                     rd_kafka_topic_partition_list_destroy);
  rd_kafka_topic_partition_list_add(asked.get(), name_.c_str(), 0)->offset = RD_KAFKA_OFFSET_END;
  if (rd_kafka_offsets_for_times(client_.get(), asked.get(), wait_ms) != RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
  const auto& answer = asked->elems[0];
  if (answer.err != RD_KAFKA_RESP_ERR_NO_ERROR || answer.offset < 0) return std::nullopt;
  return answer.offset;
}

}  // namespace dialin::log::kafka
