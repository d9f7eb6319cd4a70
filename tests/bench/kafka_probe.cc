// What Kafka gives without dialin: librdkafka alone, on the same broker, with the settings that dialin's own clients have.
//
//   kafka_probe produce --brokers B --topic T --like TOPIC --outstanding N --seconds S
//   kafka_probe consume --brokers B --topic T
//   kafka_probe arrivals --brokers B --topic T
//
// produce: copies of the last record of TOPIC, its key and headers too, never more than N without an answer; from the call to the report.
// consume: all that stands on the topic, from the start of the process to the end of the partition.
// arrivals: says "ready" once it has come to the end, reads what comes until its own input ends, then prints for each record its sequence
// and when it was here, in ns of the steady clock, which all processes of a machine share.
// The first two print JSON.

#include <librdkafka/rdkafka.h>
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <deque>
#include <iostream>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kPatience_ms = 10'000;

template <class T>
using Owned = std::unique_ptr<T, void (*)(T*)>;
using Settings = std::vector<std::pair<std::string, std::string>>;

struct Wanted {
  std::string brokers, topic, like;
  std::size_t outstanding = 1, seconds = 8;
};

void must(rd_kafka_resp_err_t error, const char* what) {
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error(std::string("cannot ") + what + ": " + rd_kafka_err2str(error));
}

Owned<rd_kafka_t> make_client(rd_kafka_type_t type, const Wanted& wanted, Settings settings, void* opaque = nullptr,
                              void (*reported)(rd_kafka_t*, const rd_kafka_message_t*, void*) = nullptr) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  std::array<char, 512> why{};
  settings.insert(settings.end(), {{"bootstrap.servers", wanted.brokers}, {"socket.nagle.disable", "true"}});
  for (const auto& [name, value] : settings) {
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK)
      throw std::runtime_error(why.data());
  }
  rd_kafka_conf_set_opaque(conf, opaque);
  if (reported != nullptr) rd_kafka_conf_set_dr_msg_cb(conf, reported);
  Owned<rd_kafka_t> client(rd_kafka_new(type, conf, why.data(), why.size()), rd_kafka_destroy);
  if (!client) throw std::runtime_error(why.data());
  return client;
}

/// Reads the one partition from `from` on.
class Consumer {
 public:
  Consumer(const Wanted& wanted, const std::string& topic, std::int64_t from)
      : client_(make_client(RD_KAFKA_CONSUMER, wanted,
                            {{"isolation.level", "read_uncommitted"},
                             {"auto.offset.reset", "error"},
                             {"enable.auto.commit", "false"},
                             {"enable.partition.eof", "true"},
                             {"check.crcs", "true"}})),
        topic_(rd_kafka_topic_new(client_.get(), topic.c_str(), nullptr), rd_kafka_topic_destroy) {
    if (rd_kafka_consume_start(topic_.get(), 0, from) != 0) throw std::runtime_error("cannot read " + topic);
  }
  ~Consumer() {
    release();  // a client waits for what was taken from it
    rd_kafka_consume_stop(topic_.get(), 0);
  }

  /// The first one as soon as it is here, within `wait_ms`, and what else is here then. Valid until the next call.
  std::span<rd_kafka_message_t*> read(int wait_ms) {
    release();
    if ((messages_[0] = rd_kafka_consume(topic_.get(), 0, wait_ms)) == nullptr) return {};
    const ssize_t more = rd_kafka_consume_batch(topic_.get(), 0, 0, messages_.data() + 1, messages_.size() - 1);
    count_ = 1 + (more > 0 ? static_cast<std::size_t>(more) : 0);
    return std::span(messages_).first(count_);
  }

 private:
  void release() {
    for (std::size_t i = 0; i < count_; ++i) rd_kafka_message_destroy(messages_[i]);
    count_ = 0;
  }
  Owned<rd_kafka_t> client_;
  Owned<rd_kafka_topic_t> topic_;
  std::array<rd_kafka_message_t*, 4096> messages_{};
  std::size_t count_ = 0;
};

struct Template {
  std::string key, value;
  Owned<rd_kafka_headers_t> headers{nullptr, rd_kafka_headers_destroy};
};

Template last_record(const Wanted& wanted) {
  Consumer consumer(wanted, wanted.like, RD_KAFKA_OFFSET_TAIL(1));
  const auto until = Clock::now() + std::chrono::milliseconds(kPatience_ms);
  while (Clock::now() < until) {
    for (const auto* message : consumer.read(100)) {
      if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
      Template found;
      found.key.assign(static_cast<const char*>(message->key), message->key_len);
      found.value.assign(static_cast<const char*>(message->payload), message->len);
      rd_kafka_headers_t* headers = nullptr;
      must(rd_kafka_message_headers(message, &headers), "read headers");
      found.headers.reset(rd_kafka_headers_copy(headers));
      return found;
    }
  }
  throw std::runtime_error("no record on " + wanted.like);
}

struct Produced {
  std::deque<Clock::time_point> sent;  ///< of those without a report; reports come in their order
  std::vector<double> took_us;
  rd_kafka_resp_err_t failed = RD_KAFKA_RESP_ERR_NO_ERROR;
};

void reported(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  auto& produced = *static_cast<Produced*>(opaque);
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) produced.failed = message->err;
  produced.took_us.push_back(std::chrono::duration<double, std::micro>(Clock::now() - produced.sent.front()).count());
  produced.sent.pop_front();
}

void send(rd_kafka_t* client, const Wanted& wanted, const Template& like, Produced& produced) {
  produced.sent.push_back(Clock::now());
  must(rd_kafka_producev(client, RD_KAFKA_V_TOPIC(wanted.topic.c_str()), RD_KAFKA_V_PARTITION(0), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                         RD_KAFKA_V_KEY(like.key.data(), like.key.size()),
                         RD_KAFKA_V_VALUE(const_cast<char*>(like.value.data()), like.value.size()),
                         RD_KAFKA_V_HEADERS(rd_kafka_headers_copy(like.headers.get())), RD_KAFKA_V_END),
       "produce");
}

void hear(rd_kafka_t* client, const Produced& produced) {
  rd_kafka_poll(client, 100);
  must(produced.failed, "produce");
}

void hear_all(rd_kafka_t* client, const Produced& produced) {
  const auto until = Clock::now() + std::chrono::milliseconds(kPatience_ms);
  while (!produced.sent.empty() && Clock::now() < until) hear(client, produced);
  if (!produced.sent.empty()) throw std::runtime_error("the broker does not answer");
}

int produce(const Wanted& wanted) {
  const Template like = last_record(wanted);
  Produced produced;
  const auto client =
      make_client(RD_KAFKA_PRODUCER, wanted, {{"enable.idempotence", "true"}, {"acks", "all"}, {"linger.ms", "0"}, {"max.in.flight", "5"}},
                  &produced, reported);
  // The first one also makes the connection.
  for (int i = 0; i < 200; ++i) {
    send(client.get(), wanted, like, produced);
    hear_all(client.get(), produced);
  }
  produced.took_us.clear();
  const auto begin = Clock::now();
  const auto end = begin + std::chrono::seconds(wanted.seconds);
  while (Clock::now() < end) {
    while (produced.sent.size() < wanted.outstanding) send(client.get(), wanted, like, produced);
    hear(client.get(), produced);
  }
  const double per_s = static_cast<double>(produced.took_us.size()) / std::chrono::duration<double>(Clock::now() - begin).count();
  hear_all(client.get(), produced);
  auto& took_us = produced.took_us;
  std::sort(took_us.begin(), took_us.end());
  const auto at = [&](std::size_t percent) { return took_us.at(std::min(took_us.size() - 1, took_us.size() * percent / 100)); };
  std::printf("{\"per_s\": %.1f, \"p50_us\": %.1f, \"p99_us\": %.1f, \"value_bytes\": %zu}\n", per_s, at(50), at(99), like.value.size());
  return 0;
}

int consume(const Wanted& wanted) {
  const auto begin = Clock::now();
  Consumer consumer(wanted, wanted.topic, 0);
  std::size_t count = 0, bytes = 0;
  auto heard = begin;
  for (;;) {
    const auto messages = consumer.read(100);
    if (!messages.empty()) heard = Clock::now();
    for (const auto* message : messages) {
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        const double took_s = std::chrono::duration<double>(Clock::now() - begin).count();
        std::printf("{\"records\": %zu, \"value_bytes\": %zu, \"seconds\": %.4f, \"per_s\": %.1f}\n", count, bytes, took_s,
                    static_cast<double>(count) / took_s);
        return 0;
      }
      must(message->err, "read");
      ++count;
      bytes += message->len;
    }
    if (Clock::now() - heard > std::chrono::milliseconds(kPatience_ms)) throw std::runtime_error("the broker gives nothing");
  }
}

std::optional<std::string> sequence_of(const rd_kafka_message_t* message) {
  rd_kafka_headers_t* headers = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
  if (rd_kafka_header_get_last(headers, "ce_sequence", &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
  return std::string(static_cast<const char*>(value), size);
}

bool input_has_ended() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  return poll(&input, 1, 0) > 0;
}

int arrivals(const Wanted& wanted) {
  Consumer consumer(wanted, wanted.topic, RD_KAFKA_OFFSET_TAIL(1));
  std::vector<std::pair<std::string, Clock::time_point>> arrived;
  bool ready = false;
  while (!input_has_ended()) {
    const auto messages = consumer.read(100);
    const auto now = Clock::now();
    for (const auto* message : messages) {
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        if (!std::exchange(ready, true)) std::cout << "ready" << std::endl;
        continue;
      }
      must(message->err, "read");
      if (auto sequence = sequence_of(message)) arrived.emplace_back(std::move(*sequence), now);
    }
  }
  for (const auto& [sequence, time] : arrived)
    std::cout << sequence << ' ' << std::chrono::nanoseconds(time.time_since_epoch()).count() << '\n';
  return 0;
}

}  // namespace

int main(int count, char** values) {
  Wanted wanted;
  CLI::App app("Measures Kafka without dialin.", "kafka_probe");
  app.require_subcommand(1);
  auto* producing = app.add_subcommand("produce");
  producing->add_option("--like", wanted.like)->required();
  producing->add_option("--outstanding", wanted.outstanding)->check(CLI::Range(1, 100'000));
  producing->add_option("--seconds", wanted.seconds)->check(CLI::Range(1, 600));
  auto* consuming = app.add_subcommand("consume");
  auto* arriving = app.add_subcommand("arrivals");
  for (auto* one : {producing, consuming, arriving}) {
    one->add_option("--brokers", wanted.brokers)->required();
    one->add_option("--topic", wanted.topic)->required();
  }
  CLI11_PARSE(app, count, values);
  try {
    if (*producing) return produce(wanted);
    return *consuming ? consume(wanted) : arrivals(wanted);
  } catch (const std::exception& failure) {
    std::cerr << "kafka_probe: " << failure.what() << '\n';
    return 3;
  }
}
