#include "infra/log/kafka/topic.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <future>
#include <map>
#include <thread>

#include "infra/log/kafka/producer.h"
#include "infra/log/kafka/reader.h"
#include "infra/log/opening_group.h"

namespace dialin::log::kafka {
namespace {

constexpr int kAdmin_ms = 10'000;
constexpr std::chrono::milliseconds kAskAgain{50};
/// Room for a record's value, its headers, and what Kafka puts around a batch.
constexpr int kMessageBytesMax = static_cast<int>(kRecordValueBytesMax) + 64 * 1024;

template <class T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

bool may_pass(rd_kafka_resp_err_t error) {
  constexpr std::array kPassing{
      RD_KAFKA_RESP_ERR__TRANSPORT,           RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,    RD_KAFKA_RESP_ERR__RESOLVE,
      RD_KAFKA_RESP_ERR__TIMED_OUT,           RD_KAFKA_RESP_ERR__WAIT_COORD,          RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
      RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
      RD_KAFKA_RESP_ERR_NOT_CONTROLLER,       RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION};
  return std::find(kPassing.begin(), kPassing.end(), error) != kPassing.end();
}

KafkaFailure failure(const std::string& what, rd_kafka_resp_err_t error) {
  return {what + ": " + rd_kafka_err2str(error), may_pass(error)};
}

Owned<rd_kafka_queue_t> queue_of(rd_kafka_t* client) {
  return {rd_kafka_queue_new(client), rd_kafka_queue_destroy};
}

Owned<rd_kafka_AdminOptions_t> admin_options(rd_kafka_t* client, rd_kafka_admin_op_t operation, int wait_ms) {
  Owned<rd_kafka_AdminOptions_t> options(rd_kafka_AdminOptions_new(client, operation), rd_kafka_AdminOptions_destroy);
  std::array<char, 256> why{};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), wait_ms, why.data(), why.size());
  return options;
}

struct TopicMetadata {
  int brokers = 0;
  std::optional<int> partitions;  ///< absent: there is no such topic
  int replicas = 0;
};

Result<TopicMetadata, KafkaFailure> metadata_of(rd_kafka_t* client, const std::string& name, int wait_ms) {
  Owned<rd_kafka_topic_t> topic(rd_kafka_topic_new(client, name.c_str(), nullptr), rd_kafka_topic_destroy);
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto error = rd_kafka_metadata(client, 0, topic.get(), &metadata, wait_ms);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return failure("Kafka cannot be asked about topic " + name, error);
  const std::unique_ptr<const rd_kafka_metadata_t, void (*)(const rd_kafka_metadata_t*)> owned(metadata, rd_kafka_metadata_destroy);
  TopicMetadata found;
  found.brokers = metadata->broker_cnt;
  const auto& about = metadata->topics[0];
  if (about.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return found;
  if (about.err != RD_KAFKA_RESP_ERR_NO_ERROR) return failure("Kafka does not tell of topic " + name, about.err);
  found.partitions = about.partition_cnt;
  if (about.partition_cnt > 0) found.replicas = about.partitions[0].replica_cnt;
  return found;
}

/// Or finds that somebody else has made it.
Result<void, KafkaFailure> create_topic(rd_kafka_t* client, const std::string& name, int replication) {
  std::array<char, 256> why{};
  Owned<rd_kafka_NewTopic_t> topic(rd_kafka_NewTopic_new(name.c_str(), 1, replication, why.data(), why.size()), rd_kafka_NewTopic_destroy);
  if (!topic) return KafkaFailure{"topic " + name + " cannot be made: " + why.data()};
  const std::pair<const char*, std::string> settings[] = {{"cleanup.policy", "delete"},
                                                          {"retention.ms", "-1"},
                                                          {"retention.bytes", "-1"},
                                                          {"message.timestamp.type", "LogAppendTime"},
                                                          {"unclean.leader.election.enable", "false"},
                                                          {"max.message.bytes", std::to_string(kMessageBytesMax)},
                                                          {"min.insync.replicas", std::to_string(std::min(replication, 2))}};
  for (const auto& [setting, value] : settings) rd_kafka_NewTopic_set_config(topic.get(), setting, value.c_str());
  const auto queue = queue_of(client);
  const auto options = admin_options(client, RD_KAFKA_ADMIN_OP_CREATETOPICS, kAdmin_ms);
  rd_kafka_NewTopic_t* topics[] = {topic.get()};
  rd_kafka_CreateTopics(client, topics, 1, options.get(), queue.get());
  const Owned<rd_kafka_event_t> event(rd_kafka_queue_poll(queue.get(), kAdmin_ms + 1000), rd_kafka_event_destroy);
  if (!event) return KafkaFailure{"Kafka does not answer whether it made topic " + name, true};
  if (const auto error = rd_kafka_event_error(event.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return failure("topic " + name + " cannot be made", error);
  }
  std::size_t count = 0;
  const auto* const* results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  const auto error = rd_kafka_topic_result_error(results[0]);
  if (error == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) return {};
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* said = rd_kafka_topic_result_error_string(results[0]);
    return KafkaFailure{"topic " + name + " cannot be made: " + (said != nullptr ? said : rd_kafka_err2str(error))};
  }
  return {};
}

/// Not by rd_kafka_query_watermark_offsets(): in librdkafka 2.0 an answer that comes late may write into the frame of who has returned.
Result<Offset, KafkaFailure> beginning_of(rd_kafka_t* client, const std::string& name, int wait_ms) {
  const Owned<rd_kafka_topic_partition_list_t> asked(rd_kafka_topic_partition_list_new(1), rd_kafka_topic_partition_list_destroy);
  rd_kafka_topic_partition_list_add(asked.get(), name.c_str(), 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
  auto error = rd_kafka_offsets_for_times(client, asked.get(), wait_ms);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) error = asked->elems[0].err;
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return failure("Kafka does not tell where topic " + name + " begins", error);
  return asked->elems[0].offset;
}

Result<std::map<std::string, std::string>, KafkaFailure> settings_of(rd_kafka_t* client, const std::string& name, int wait_ms) {
  const Owned<rd_kafka_ConfigResource_t> asked(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str()),
                                               rd_kafka_ConfigResource_destroy);
  const auto queue = queue_of(client);
  const auto options = admin_options(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, wait_ms);
  rd_kafka_ConfigResource_t* resources[] = {asked.get()};
  rd_kafka_DescribeConfigs(client, resources, 1, options.get(), queue.get());
  const Owned<rd_kafka_event_t> event(rd_kafka_queue_poll(queue.get(), wait_ms + 1000), rd_kafka_event_destroy);
  if (!event) return KafkaFailure{"Kafka does not tell the settings of topic " + name, true};
  if (const auto error = rd_kafka_event_error(event.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return failure("Kafka does not tell the settings of topic " + name, error);
  }
  std::size_t count = 0;
  const auto* const* found = rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  if (const auto error = rd_kafka_ConfigResource_error(found[0]); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return failure("Kafka does not tell the settings of topic " + name, error);
  }
  std::map<std::string, std::string> settings;
  const auto* const* entries = rd_kafka_ConfigResource_configs(found[0], &count);
  for (std::size_t i = 0; i < count; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    settings[rd_kafka_ConfigEntry_name(entries[i])] = value != nullptr ? value : "";
  }
  return settings;
}

/// Of a topic that was just made, the other brokers hear a moment later: until then they may be asked in vain.
template <class Ask>
auto ask_patiently(bool just_made, Ask ask) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kAdmin_ms);
  auto answer = ask();
  while (just_made && !answer && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(kAskAgain);
    answer = ask();
  }
  return answer;
}

/// Whether it landed says the reading back; here it only has to have had its chance.
Result<void, KafkaFailure> append_first(const Connection& connection, const Record& record, const LogId& log, Telemetry& telemetry) {
  std::promise<Delivered> reported;
  auto producer = Producer::make(connection, log, telemetry, [&, is_told = false](std::span<const Delivered> delivered) mutable {
    if (!std::exchange(is_told, true)) reported.set_value(delivered.front());
  });
  if (!producer) return producer.error();
  if (!(*producer)->produce(1, record)) return KafkaFailure{"the first record cannot be sent"};
  auto answer = reported.get_future();
  const bool answered = answer.wait_for(std::chrono::milliseconds(kAdmin_ms)) == std::future_status::ready;
  (*producer)->silence();
  const Delivered told = answered ? answer.get() : Delivered{};
  if (told.offset) return {};
  if (!told.refused.empty()) return KafkaFailure{"Kafka does not take the first record: " + told.refused};
  return KafkaFailure{"Kafka did not take the first record: try again"};
}

}  // namespace

Result<std::optional<Record>, KafkaFailure> first_record(const Connection& connection, Telemetry& telemetry) {
  auto reader = Reader::make(connection, telemetry);
  if (!reader) return reader.error();
  const auto end = (*reader)->ask_end(kAdmin_ms);
  if (!end) return KafkaFailure{"Kafka does not tell where topic " + connection.topic + " ends", true};
  if (*end == 0) return std::optional<Record>();
  (*reader)->begin(0);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kAdmin_ms);
  Reader::Batch batch;
  while (std::chrono::steady_clock::now() < deadline) {
    (*reader)->read(100, batch);
    if (batch.lost) return KafkaFailure{*batch.lost};
    if (!batch.refused.empty()) return KafkaFailure{"topic " + connection.topic + " cannot be read: " + batch.refused};
    for (auto& found : batch.found) {
      if (found.record && check_link({}, *found.record).link == Link::next) return std::optional(std::move(*found.record));
    }
    if (batch.read_to) return std::optional<Record>();
  }
  return KafkaFailure{"topic " + connection.topic + " cannot be read", true};
}

Result<bool, KafkaFailure> make_topic(const Connection& connection, int replication, Telemetry& telemetry) {
  auto client = make_producer(connection, telemetry, {});
  if (!client) return client.error();
  auto metadata = metadata_of(client->get(), connection.topic, kAdmin_ms);
  if (!metadata) return metadata.error();
  const bool makes = !metadata->partitions;
  if (makes) {
    const auto made = create_topic(client->get(), connection.topic, replication > 0 ? replication : std::min(3, metadata->brokers));
    if (!made) return made.error();
  }
  if (auto fit = ask_patiently(makes, [&] { return check_topic(connection, telemetry, {}); }); !fit) return fit.error();
  return makes;
}

Result<Founded, KafkaFailure> found_log(const Connection& connection, int replication, FoundingPorts ports) {
  const auto made = make_topic(connection, replication, ports.telemetry);
  if (!made) return made.error();
  Founded founded;
  auto first = ask_patiently(*made, [&] { return first_record(connection, ports.telemetry); });
  if (!first) return first.error();
  Bytes16 random{};
  ports.random.fill(random);
  const LogId own = random_id<LogId>(random);
  founded.existed = first->has_value();
  if (!founded.existed) {
    OpeningGroup group({ports.clock, ports.random, ports.codec}, {});
    group.found(own);
    if (auto appended = append_first(connection, group.records().front(), own, ports.telemetry); !appended) return appended.error();
    // Somebody else's may have come first.
    first = first_record(connection, ports.telemetry);
    if (!first) return first.error();
  }
  const auto created = *first ? ports.codec.decode_created(**first) : std::nullopt;
  if (!created) return KafkaFailure{"topic " + connection.topic + " does not begin with the record that founds a log"};
  founded.log = created->log;
  founded.existed = founded.log != own;
  return founded;
}

Result<TopicState, KafkaFailure> look_at_topic(rd_kafka_t* client, const std::string& topic, int wait_ms) {
  const std::string name = "topic " + topic;
  const auto metadata = metadata_of(client, topic, wait_ms);
  if (!metadata) return metadata.error();
  TopicState state;
  const auto unfit = [&](std::string why) {
    state.fault = std::move(why);
    return state;
  };
  state.is_missing = !metadata->partitions;
  if (state.is_missing) return unfit("there is no " + name);
  if (*metadata->partitions != 1) {
    return unfit(name + " has " + std::to_string(*metadata->partitions) + " partitions; a log is one, so that there is one order");
  }
  const auto beginning = beginning_of(client, topic, wait_ms);
  if (!beginning) return beginning.error();
  if (*beginning > 0) {
    return unfit("log-diverged: the topic's beginning was cut off, its first record stands at offset " + std::to_string(*beginning));
  }
  state.is_whole = true;
  auto settings = settings_of(client, topic, wait_ms);
  if (!settings) return settings.error();
  const std::pair<const char*, const char*> needed[] = {{"cleanup.policy", "delete"}, {"retention.ms", "-1"}, {"retention.bytes", "-1"}};
  for (const auto& [setting, value] : needed) {
    if ((*settings)[setting] == value) continue;
    return unfit(name + " has " + setting + "=" + (*settings)[setting] + ", so that Kafka would remove events; it must be " + value);
  }
  if (std::atoi((*settings)["max.message.bytes"].c_str()) < kMessageBytesMax) {
    state.lack = name + " has max.message.bytes=" + (*settings)["max.message.bytes"] + "; the largest event needs " +
                 std::to_string(kMessageBytesMax);
  }
  const auto worry = [&](const std::string& text) { state.worries.push_back(name + " " + text); };
  if (metadata->replicas < 3)
    worry("has " + std::to_string(metadata->replicas) + " copies: fewer than 3 do not outlive the loss of a broker safely");
  if (std::atoi((*settings)["min.insync.replicas"].c_str()) < 2)
    worry("has min.insync.replicas under 2: an answered write may stand on one disk alone");
  if ((*settings)["unclean.leader.election.enable"] == "true")
    worry("has unclean.leader.election.enable=true: a broker that lags may take over and lose events");
  if ((*settings)["message.timestamp.type"] != "LogAppendTime")
    worry("has message.timestamp.type other than LogAppendTime: a node's wrong clock is not noticed");
  return state;
}

Result<void, KafkaFailure> check_topic(const Connection& connection, Telemetry& telemetry, std::string_view when_missing) {
  auto client = make_producer(connection, telemetry, {});
  if (!client) return client.error();
  const auto state = look_at_topic(client->get(), connection.topic, kAdmin_ms);
  if (!state) return state.error();
  if (state->fault) return KafkaFailure{*state->fault + std::string(state->is_missing ? when_missing : "")};
  if (state->lack) return KafkaFailure{*state->lack};
  for (const auto& worry : state->worries) telemetry.say(Level::warning, worry);
  return {};
}

}  // namespace dialin::log::kafka
