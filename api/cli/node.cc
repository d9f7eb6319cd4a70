#include "api/cli/node.h"

#include <filesystem>

#include "api/cli/command.h"
#include "api/cli/documents.h"
#include "api/cli/open_store.h"
#include "api/http/api.h"
#include "api/http/entrance.h"
#include "api/http/event_stream.h"
#include "api/http/server.h"
#include "infra/codec/json_codec.h"
#include "infra/crypto/api_keys.h"
#include "infra/crypto/key_ring.h"
#include "infra/crypto/system_random.h"
#include "infra/log/posix_files.h"
#include "infra/telemetry/prometheus_telemetry.h"
#include "infra/telemetry/system_clock.h"

namespace dialin::cli {
namespace {

service::WriterLimits writer_limits(const ServeOptions& options) {
  service::WriterLimits limits;
  limits.queue_max = options.queue_max;
  return limits;
}

http::ServerOptions server_options(const ServeOptions& options) {
  http::ServerOptions server;
  server.host = options.host;
  server.port = options.port;
  server.threads = options.threads;
  server.connections_max = options.connections_max;
  server.body_bytes_max = options.body_bytes_max;
  return server;
}

/// Parts that stand on nothing but options. They outlive all others. The address is bound before the log is opened: an address in use must
/// not cost the log a record at every try, and who watches the process is answered meanwhile.
struct Ground {
  explicit Ground(const ServeOptions& options)
      : telemetry(telemetry_options(options)), entrance(random, telemetry), server(server_options(options), entrance, telemetry) {}
  static telemetry::TelemetryOptions telemetry_options(const ServeOptions& options) {
    return {.version = std::string(version()),
            .level = telemetry::level_named(options.log_level).value_or(Level::info),
            .json_lines = options.log_json};
  }
  telemetry::PrometheusTelemetry telemetry;
  telemetry::SystemClock clock;
  crypto::SystemRandom random;
  codec::JsonCodec codec;
  log::PosixFiles files;
  http::Entrance entrance;
  http::Server server;
};

constexpr std::size_t kSlowReadThreads = 1;

std::string url_of(const std::string& host, std::uint16_t port) {
  const bool ipv6 = host.find(':') != std::string::npos;
  return "http://" + (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

log::kafka::KafkaLogOptions log_options(const ServeOptions& options, std::uint16_t port) {
  log::kafka::KafkaLogOptions log;
  log.connection = {options.kafka->brokers, options.kafka->topic, options.kafka->properties};
  log.dir = options.data + "/log";
  log.url = options.advertise.empty() ? url_of(options.host, port) : options.advertise;
  log.node = options.node.empty() ? log.url.substr(log.url.find("//") + 2) : options.node;
  return log;
}

/// Everything that serves, on a log and views that are in step. Members are made in this order and go in the reverse one.
class ServingNode : public Node {
 public:
  ServingNode(const ServeOptions& options, std::unique_ptr<Ground> ground, std::unique_ptr<crypto::ApiKeys> keys,
              std::unique_ptr<crypto::KeyRing> ring, OpenStore opened)
      : ground_(std::move(ground)),
        keys_(std::move(keys)),
        ring_(std::move(ring)),
        log_(std::move(opened.log)),
        shared_(opened.shared),
        store_(std::move(opened.views.store)),
        views_(*store_, *log_, ground_->codec),
        projector_(*store_, ground_->codec, opened.views.position),
        watch_(opened.views.position.sequence),
        slow_reads_(kSlowReadThreads, ground_->telemetry),
        hub_({views_, ground_->codec, *keys_, ground_->telemetry}, options.threads, opened.views.position.sequence),
        rules_{options.allow_sip_only, options.sip_domain},
        writer_({*log_, *store_, projector_, views_, ground_->codec, ground_->clock, ground_->telemetry}, rules_, writer_limits(options),
                {&watch_, &hub_}),
        api_(wiring()),
        host_(options.host) {
    hub_.connect([this](std::size_t thread, std::function<void()> work) { ground_->server.post(thread, std::move(work)); });
    ring_->follow(ground_->telemetry);
  }
  ~ServingNode() override { stop(); }

  void start() override {
    if (shared_ != nullptr) shared_->elect(true);
    ground_->entrance.open(api_);
  }

  std::string url() const override { return url_of(host_, ground_->server.port()); }

  void stop() override {
    if (stopping_.exchange(true)) return;
    ground_->telemetry.say(Level::info, "stopping: requests in flight are answered first");
    ground_->server.drain();
    slow_reads_.stop();
    writer_.stop();
    if (shared_ != nullptr) shared_->elect(false);
  }

 private:
  http::Wiring wiring() {
    return {writer_,
            views_,
            watch_,
            *log_,
            *keys_,
            *ring_,
            ground_->random,
            ground_->codec,
            ground_->telemetry,
            slow_reads_,
            hub_,
            rules_,
            std::string(openapi_document()),
            std::string(asyncapi_document()),
            [this]() -> std::vector<std::string> {
              if (stopping_) return {"the node is stopping"};
              if (shared_ == nullptr) return {};
              const auto standing = shared_->standing();
              if (standing.role == log::kafka::Role::halted) return {standing.why};
              return {};
            }};
  }

  std::atomic<bool> stopping_{false};
  std::unique_ptr<Ground> ground_;
  std::unique_ptr<crypto::ApiKeys> keys_;
  std::unique_ptr<crypto::KeyRing> ring_;
  std::unique_ptr<EventLog> log_;
  log::kafka::KafkaLog* shared_;  ///< `log_`, when it is on Kafka
  std::unique_ptr<ViewStore> store_;
  projections::Views views_;
  projections::Projector projector_;
  service::AppliedWatch watch_;
  service::SlowReads slow_reads_;
  http::EventHub hub_;
  Rules rules_;
  service::Writer writer_;
  http::Api api_;
  std::string host_;
};

}  // namespace

Result<std::unique_ptr<Node>, CannotServe> Node::open(const ServeOptions& options) {
  auto ground = std::make_unique<Ground>(options);
  auto keys = crypto::ApiKeys::open(options.keys, ground->telemetry);
  if (!keys) return CannotServe{keys.error().text};
  auto ring = crypto::KeyRing::load(options.keyring);
  if (!ring) return CannotServe{ring.error().text};
  ground->server.start();
  std::filesystem::create_directories(options.data);
  const log::EmbeddedLog::Ports ports{ground->files, ground->clock, ground->random, ground->codec, ground->telemetry};
  auto store = options.kafka ? open_shared_store(options.data, log_options(options, ground->server.port()), ports, **ring,
                                                 [&](const std::string& why) { ground->entrance.waits(why); })
                             : open_store(options.data, ports, **ring);
  if (!store) return store.error();
  return std::unique_ptr<Node>(
      std::make_unique<ServingNode>(options, std::move(ground), std::move(*keys), std::move(*ring), std::move(*store)));
}

}  // namespace dialin::cli
