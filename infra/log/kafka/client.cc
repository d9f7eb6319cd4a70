#include "infra/log/kafka/client.h"

#include <librdkafka/rdkafka.h>
#include <syslog.h>

#include <array>
#include <chrono>
#include <future>
#include <mutex>
#include <thread>

namespace dialin::log::kafka {
namespace {

constexpr std::chrono::seconds kEndMost{3};

/// Librdkafka's lines, in ours. Broker connections come and go in every outage: that is told by whoever needed them.
void say(const rd_kafka_t* client, int level, const char*, const char* text) {
  auto* telemetry = static_cast<Telemetry*>(rd_kafka_opaque(client));
  telemetry->say(level <= LOG_CRIT ? Level::error : level <= LOG_WARNING ? Level::warning : Level::debug, std::string("kafka: ") + text);
}

Result<Client, KafkaFailure> make(rd_kafka_type_t type, const Connection& connection, Telemetry& telemetry, const Settings& settings,
                                  const std::function<void(rd_kafka_conf_s*)>& prepare) {
  std::unique_ptr<rd_kafka_conf_t, void (*)(rd_kafka_conf_t*)> conf(rd_kafka_conf_new(), rd_kafka_conf_destroy);
  std::array<char, 512> why{};
  Settings all{
      {"client.id", "dialin"}, {"socket.nagle.disable", "true"}, {"reconnect.backoff.max.ms", "500"}, {"log.connection.close", "false"}};
  all.insert(all.end(), connection.properties.begin(), connection.properties.end());
  all.emplace_back("bootstrap.servers", connection.brokers);
  all.insert(all.end(), settings.begin(), settings.end());
  for (const auto& [name, value] : all) {
    if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK) {
      return KafkaFailure{"the Kafka property " + name + " cannot be set: " + why.data()};
    }
  }
  rd_kafka_conf_set_opaque(conf.get(), &telemetry);
  rd_kafka_conf_set_log_cb(conf.get(), say);
  if (prepare) prepare(conf.get());
  Client client(rd_kafka_new(type, conf.get(), why.data(), why.size()));
  if (!client) return KafkaFailure{std::string("Kafka's client cannot be made: ") + why.data()};
  (void)conf.release();  // the client's now
  return client;
}

}  // namespace

std::string refusal_in(int error, rd_kafka_s* client) {
  auto code = static_cast<rd_kafka_resp_err_t>(error);
  std::array<char, 512> why{};
  if (code == RD_KAFKA_RESP_ERR__FATAL) code = rd_kafka_fatal_error(client, why.data(), why.size());
  switch (code) {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
    case RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT:
      return rd_kafka_err2str(code);
    default:
      return {};
  }
}

void keep_until_exit(Client client) {
  static std::mutex mutex;
  static std::vector<Client>& kept = *new std::vector<Client>();
  rd_kafka_set_log_level(client.get(), 0);
  const std::lock_guard lock(mutex);
  kept.push_back(std::move(client));
}

void CloseClient::operator()(rd_kafka_s* client) const {
  rd_kafka_set_log_level(client, 0);  // who hears it may go before an end that takes too long
  std::promise<void> ended;
  auto end = ended.get_future();
  std::thread ending([client, ended = std::move(ended)]() mutable {
    rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    ended.set_value_at_thread_exit();
  });
  if (end.wait_for(kEndMost) == std::future_status::ready) return ending.join();
  ending.detach();
}

Result<Client, KafkaFailure> make_producer(const Connection& connection, Telemetry& telemetry, const Settings& settings) {
  return make(RD_KAFKA_PRODUCER, connection, telemetry, settings,
              [](rd_kafka_conf_t* conf) { rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR); });
}

Result<Client, KafkaFailure> make_consumer(const Connection& connection, Telemetry& telemetry, const Settings& settings,
                                           const std::function<void(rd_kafka_conf_s*)>& prepare) {
  return make(RD_KAFKA_CONSUMER, connection, telemetry, settings, prepare);
}

}  // namespace dialin::log::kafka
