// Makes a log of any size quickly, by the program's own log, codec and key ring, so that what is measured on it is what a server would have
// written: configs of one tenant, each with every property set, then updates of their names in random order. `dialin verify` accepts it.
//
//   make_log --data DIR --keyring FILE --tenant NAME --configs N --events M --ids FILE     M counts the creations; ids: one a line
//            [--brokers B --topic T]     on a topic that `dialin init` made; DIR is then a node's that has read it all
//
// Prints JSON: the last sequence, and how long appending took.

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <semaphore>
#include <vector>

#include "domain/command.h"
#include "domain/event_log.h"
#include "domain/evolve.h"
#include "infra/codec/json_codec.h"
#include "infra/crypto/key_ring.h"
#include "infra/crypto/system_random.h"
#include "infra/log/embedded_log.h"
#include "infra/log/kafka/kafka_log.h"
#include "infra/log/posix_files.h"
#include "infra/telemetry/prometheus_telemetry.h"
#include "infra/telemetry/system_clock.h"

namespace {

using namespace dialin;

struct Wanted {
  std::string data, keyring, tenant, ids, brokers, topic;
  std::uint64_t configs = 0, events = 0;
};

constexpr std::ptrdiff_t kGroupsInFlightMax = 16;

/// Appends events one after the other, in groups as large as the log takes, some of them before the first is answered.
class Scribe {
 public:
  Scribe(EventLog& log, const Codec& codec, const Clock& clock)
      : log_(log), codec_(codec), clock_(clock), last_(log.tail().time), sequence_(log.tail().sequence) {}

  /// Where the event will stand, which its config's later events have to say.
  std::pair<Sequence, Instant> add(const Event& event) {
    last_ = next_time(clock_.now(), last_);
    sequence_ = sequence_.next();
    Record& record = group_.emplace_back();
    record.type = record_type_of(event.name);
    record.tenant = event.tenant;
    record.config = event.config_id;
    record.time = last_;
    codec_.encode(event, record.value);
    if (group_.size() == kGroupRecordsMax) flush();
    return {sequence_, last_};
  }
  void flush() {
    if (group_.empty()) return;
    room_.acquire();
    log_.append(group_, [this](Result<Tail, LogError> appended) {
      if (!appended) refused_ = true;
      room_.release();
    });
    group_.clear();
    if (refused_) throw std::runtime_error("the log refused a group");
  }
  void finish() {
    flush();
    for (std::ptrdiff_t n = 0; n < kGroupsInFlightMax; ++n) room_.acquire();
    if (refused_) throw std::runtime_error("the log refused a group");
  }

 private:
  EventLog& log_;
  const Codec& codec_;
  const Clock& clock_;
  Instant last_;
  Sequence sequence_;
  std::vector<Record> group_;
  std::counting_semaphore<kGroupsInFlightMax> room_{kGroupsInFlightMax};
  std::atomic<bool> refused_{false};
};

Config whole_config(const ConfigId& id, std::uint64_t number, const TenantId& tenant, const Secrets& secrets) {
  const std::string digits = std::to_string(2'000'000'000 + number);
  const std::string secret = "c2VjcmV0IG9mIDMyIGJ5dGVzLCBmb3IgbWVhc3VyaW5nISE=";
  Config config;
  config.category = Category::pinless_dialin;
  config.phone_number = PhoneNumber::parse("+1" + digits).value();
  config.name_prefix = "Front desk " + digits;
  config.hmac = secrets.seal(secret, tenant, id);
  config.room_creation_api = "https://rooms.example.com/v1/create?line=" + digits;
  config.timeout_message = "Nobody is here at the moment. Please call again later.";
  config.sip_uri = sip_uri_for(id, Rules{});
  return config;
}

Event creation(const ConfigId& id, const TenantId& tenant, Config config) {
  Event event;
  event.name = EventName::created;
  event.tenant = tenant;
  event.config_id = id;
  event.version = {1};
  event.config = std::move(config);
  event.changed = set_properties(event.config);
  event.before.category = event.config.category;
  event.actor = "key_bench";
  event.request_id = "bench";
  return event;
}

Event renaming(const ConfigState& state, std::string name) {
  Event event;
  event.name = EventName::updated;
  event.tenant = state.tenant;
  event.config_id = state.id;
  event.version = state.version.next();
  event.config = state.config;
  event.config.name_prefix = std::move(name);
  event.changed = difference(state.config, event.config);
  event.before = only(state.config, event.changed);
  event.created_at = state.created_at;
  event.created_sequence = state.created_sequence;
  event.actor = "key_bench";
  event.request_id = "bench";
  return event;
}

/// Only what a renaming needs of a state is kept; a million whole states would take more memory than the server under test.
struct Kept {
  ConfigId id;
  Instant created_at;
  Sequence created_sequence;
  std::uint64_t version = 1;
};

void fill(EventLog& log, const Wanted& wanted, const Codec& codec, const Clock& clock, const crypto::KeyRing& secrets) {
  const TenantId tenant = tenant_id_of(wanted.tenant);
  std::mt19937_64 draw(1);  // the same ids each time: a run can be repeated
  Scribe scribe(log, codec, clock);
  std::vector<Kept> kept;
  kept.reserve(wanted.configs);
  std::ofstream ids(wanted.ids);
  for (std::uint64_t n = 0; n < wanted.configs; ++n) {
    Bytes16 random;
    for (auto& byte : random) byte = static_cast<std::uint8_t>(draw());
    const auto id = random_id<ConfigId>(random);
    const auto [sequence, time] = scribe.add(creation(id, tenant, whole_config(id, n, tenant, secrets)));
    kept.push_back({id, time, sequence});
    ids << id.text() << '\n';
  }
  std::vector<std::string> names(wanted.configs);
  for (std::uint64_t n = wanted.configs; n < wanted.events; ++n) {
    const std::uint64_t which = draw() % wanted.configs;
    Kept& one = kept[which];
    ConfigState state;
    state.tenant = tenant;
    state.id = one.id;
    state.config = whole_config(one.id, which, tenant, secrets);
    if (!names[which].empty()) state.config.name_prefix = names[which];
    state.version = {one.version++};
    state.created_at = one.created_at;
    state.created_sequence = one.created_sequence;
    names[which] = "Front desk " + std::to_string(n);
    scribe.add(renaming(state, names[which]));
  }
  scribe.finish();
  if (!ids.flush()) throw std::runtime_error("cannot write the ids");
}

std::unique_ptr<EventLog> open_log(const Wanted& wanted, log::EmbeddedLog::Ports ports) {
  const std::string dir = wanted.data + "/log";
  if (wanted.brokers.empty()) {
    log::EmbeddedOptions options;
    options.dir = dir;
    auto log = log::EmbeddedLog::open(options, ports);
    if (!log) throw std::runtime_error(log.error().text);
    return std::move(*log);
  }
  log::kafka::KafkaLogOptions options;
  options.connection = {wanted.brokers, wanted.topic, {}};
  options.dir = dir;
  options.node = "make_log";
  options.url = "http://127.0.0.1:1";
  auto log = log::kafka::KafkaLog::open(options, ports);
  if (!log) throw std::runtime_error(log.error().text);
  (*log)->elect(true);
  if (!(*log)->wait_to_lead(std::chrono::seconds(30))) throw std::runtime_error("cannot lead: " + (*log)->standing().why);
  return std::move(*log);
}

int run(const Wanted& wanted) {
  log::PosixFiles files;
  const telemetry::SystemClock clock;
  const crypto::SystemRandom random;
  const codec::JsonCodec codec;
  telemetry::PrometheusTelemetry telemetry({.version = "bench", .level = Level::warning});
  const auto ring = crypto::KeyRing::load(wanted.keyring);
  if (!ring) throw std::runtime_error(ring.error().text);
  std::filesystem::create_directories(wanted.data);
  const auto log = open_log(wanted, {files, clock, random, codec, telemetry});
  const auto begin = std::chrono::steady_clock::now();
  fill(*log, wanted, codec, clock, **ring);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::printf("{\"last\": %llu, \"seconds\": %.3f}\n", static_cast<unsigned long long>(log->tail().sequence.value), took.count());
  return 0;
}

}  // namespace

int main(int count, char** values) {
  Wanted wanted;
  CLI::App app("Makes a log to measure on.", "make_log");
  app.add_option("--data", wanted.data)->required();
  app.add_option("--keyring", wanted.keyring)->required();
  app.add_option("--tenant", wanted.tenant)->required();
  app.add_option("--configs", wanted.configs)->required()->check(CLI::Range(std::uint64_t{1}, std::uint64_t{100'000'000}));
  app.add_option("--events", wanted.events)->required();
  app.add_option("--ids", wanted.ids)->required();
  auto* brokers = app.add_option("--brokers", wanted.brokers);
  app.add_option("--topic", wanted.topic)->needs(brokers);
  brokers->needs("--topic");
  CLI11_PARSE(app, count, values);
  try {
    return run(wanted);
  } catch (const std::exception& failure) {
    std::cerr << "make_log: " << failure.what() << '\n';
    return 3;
  }
}
