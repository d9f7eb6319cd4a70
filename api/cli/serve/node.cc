#include "api/cli/serve/node.h"

#include <unistd.h>

#include <filesystem>

#include "api/cli/command.h"
#include "api/cli/serve/descriptor_share.h"
#include "api/cli/serve/documents.h"
#include "api/cli/serve/followed_tls.h"
#include "api/cli/serve/from_snapshot.h"
#include "api/cli/serve/open_past.h"
#include "api/cli/serve/open_store.h"
#include "api/cli/serve/serving_views.h"
#include "api/cli/serve/shared_node.h"
#include "api/http/api.h"
#include "api/http/descriptors.h"
#include "api/http/entrance.h"
#include "api/http/event_stream.h"
#include "api/http/routes.h"
#include "api/http/server.h"
#include "api/http/tls_files.h"
#include "domain/checkpoint.h"
#include "infra/codec/json_codec.h"
#include "infra/crypto/api_keys.h"
#include "infra/crypto/key_ring.h"
#include "infra/crypto/note_key_file.h"
#include "infra/crypto/signed_note.h"
#include "infra/crypto/system_random.h"
#include "infra/log/posix_files.h"
#include "infra/media/music_checks.h"
#include "infra/sandbox/sandbox.h"
#include "infra/systemd/notify_socket.h"
#include "infra/telemetry/process_figures.h"
#include "infra/telemetry/prometheus_telemetry.h"
#include "infra/telemetry/system_clock.h"
#include "projections/sealing_keys.h"

namespace dialin::cli {
namespace {

service::WriterLimits writer_limits(const ServeOptions& options) {
  service::WriterLimits limits;
  limits.queue_max = options.queue_max;
  return limits;
}

/// One address may have this part of all connections, unless told.
constexpr std::size_t kShareOfAddress = 4;

http::ServerOptions server_options(const ServeOptions& options, const DescriptorShare& share,
                                   const std::shared_ptr<http::TlsContext>& tls) {
  http::ServerOptions server;
  server.host = options.host;
  server.port = options.port;
  server.threads = options.threads;
  server.connections_max = share.connections;
  server.refused_max = share.refused;
  server.connections_per_address = options.connections_per_address.value_or(std::max<std::size_t>(1, share.connections / kShareOfAddress));
  server.is_loopback_bounded = options.connections_per_address.has_value();
  server.body_bytes_max = options.body_bytes_max;
  server.tls = tls;
  server.may_be_reached = options.tls.is_plain;
  return server;
}

/// Parts that stand on nothing but options. They outlive all others. The address is bound before the log is opened: an address in use must
/// not cost the log a record at every try, and who watches the process is answered meanwhile.
struct Ground {
  Ground(const ServeOptions& options, const DescriptorShare& share, std::shared_ptr<http::TlsContext> encryption)
      : telemetry(telemetry_options(options)),
        notify_socket(named_in_environment(), telemetry),
        entrance(random, telemetry),
        tls(std::move(encryption)),
        server(server_options(options, share, tls), entrance, telemetry),
        followed(tls.get(), telemetry) {
    telemetry.look_at(telemetry::process_figures());
    telemetry.look_at(telemetry::disk_figures(options.data));
    telemetry.set(Gauge::write_queue_max, static_cast<double>(options.queue_max));
    telemetry.set(Gauge::connections_max, static_cast<double>(share.connections));
    notify_socket.tell_status("the store is being opened");
  }
  static std::string_view named_in_environment() {
    const char* socket = std::getenv("NOTIFY_SOCKET");
    return socket == nullptr ? std::string_view() : socket;
  }
  static telemetry::TelemetryOptions telemetry_options(const ServeOptions& options) {
    return {.version = std::string(version()),
            .routes = http::route_names(),
            .level = telemetry::level_named(options.lines.level).value_or(Level::info),
            .requests = options.lines.requests,
            .json_lines = options.lines.json};
  }
  telemetry::PrometheusTelemetry telemetry;
  systemd::NotifySocket notify_socket;
  telemetry::SystemClock clock;
  crypto::SystemRandom random;
  codec::JsonCodec codec;
  log::PosixFiles files;
  http::Entrance entrance;
  std::shared_ptr<http::TlsContext> tls;  ///< null: in the clear
  http::Server server;
  FollowedTls followed;
};

/// Beside the io threads, and what else began before (lines, followed files), everything of the process comes second: this thread and all
/// that it starts, those of RocksDB, librdkafka and libcurl too. What one tenant stores as fast as it can must not make another one's GET
/// wait for a processor.
void give_way() {
  constexpr int kNicer = 3;                         // half of the weight
  [[maybe_unused]] const int now = ::nice(kNicer);  // a matter of speed alone
}

constexpr std::size_t kSlowReadThreads = 1;
/// How long a stop waits for what is in flight before it makes room for another node to lead all the same.
constexpr std::chrono::milliseconds kStepAsideMost{2000};

/// What the manager of services takes for the time of a reload.
std::int64_t monotonic_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string url_of(const ServeOptions& options, std::uint16_t port) {
  const std::string& host = options.host;
  const bool ipv6 = host.find(':') != std::string::npos;
  return (options.tls.is_on() ? "https://" : "http://") + (ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

/// Everything that serves, on a log and views that are in step. Members are made in this order and go in the reverse one.
class ServingNode : public Node {
 public:
  ServingNode(const ServeOptions& options, std::unique_ptr<Ground> ground, std::unique_ptr<crypto::ApiKeys> keys,
              std::unique_ptr<crypto::KeyRing> ring, std::optional<crypto::NoteSigner> signer, OpenStore opened,
              std::unique_ptr<SharedNode> shared)
      : ground_(std::move(ground)),
        keys_(std::move(keys)),
        ring_(std::move(ring)),
        signer_(std::move(signer)),
        kept_from_writers_(std::move(opened.kept_from_writers)),
        log_(std::move(opened.log)),
        shared_log_(opened.shared),
        shared_(std::move(shared)),
        served_(options.data + "/views", opened.views),
        views_(served_.store(), *log_, ground_->codec),
        projector_(served_.store(), ground_->codec, opened.views.position),
        watch_(opened.views.position.sequence),
        slow_reads_(kSlowReadThreads, ground_->telemetry),
        hub_({views_, ground_->codec, *keys_, ground_->telemetry}, options.threads, opened.views.position.sequence),
        rules_{options.allow_sip_only, options.sip_domain},
        music_(options.hold_music.is_checked ? std::make_unique<media::MusicChecks>(options.hold_music.checks, ground_->telemetry)
                                             : nullptr),
        limits_(options.limits),
        writer_({*log_, served_.store(), projector_, views_, ground_->codec, ground_->clock, ground_->telemetry}, rules_,
                writer_limits(options), {&watch_, &hub_}),
        api_(wiring()),
        url_(url_of(options, ground_->server.port())) {
    if (shared_) shared_->identity.log = log_->id();
    hub_.connect([this](std::size_t thread, std::function<void()> work) { ground_->server.post(thread, std::move(work)); });
    ground_->telemetry.look_at([this](const TellFigure& tell) { served_.store().tell_figures(tell); });  // until stop() has drained
    ring_->follow(ground_->telemetry, [this](std::string_view key_id) { return is_key_needed(key_id); });
  }
  /// Other nodes and the log may still answer, to who waits with parts that are about to go.
  ~ServingNode() override {
    stop();
    ring_->stop_following();  // it asks the views
    shared_.reset();
    log_.reset();
  }

  Result<void, CannotServe> start() override {
    served_.begin_rebuild(*log_, ground_->codec, ground_->telemetry, writer_);
    ground_->entrance.open(api_);
    if (!shared_) return {};
    const auto stood = shared_log_->stand([this] { return !writer_.is_out_of_step(); });
    if (!stood) return CannotServe{stood.error().text};
    return {};
  }

  std::string url() const override { return url_; }

  bool announce() override {
    if (is_announced_) return true;
    auto reasons = reasons_not_ready();
    if (reasons.empty()) {
      is_announced_ = ground_->notify_socket.tell("READY=1\nSTATUS=serving at " + url_);
    } else if (reasons.front() != told_reason_) {
      ground_->notify_socket.tell_status(told_reason_ = std::move(reasons.front()));
    }
    return is_announced_;
  }

  void look_again() override {
    if (is_announced_) ground_->notify_socket.tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(monotonic_us()));
    ground_->telemetry.say(Level::info, "SIGHUP: the files that are followed are read again");
    keys_->look_now();
    ring_->look_now();
    ground_->followed.look_now();
    // With no room for it, announce() tells it: a reload that never ends would let the manager wait.
    if (is_announced_) is_announced_ = ground_->notify_socket.tell("READY=1");
  }

  void stop() override {
    if (stopping_.exchange(true)) return;
    ground_->telemetry.say(Level::info, "stopping: requests in flight are answered first");
    ground_->notify_socket.tell("STOPPING=1\nSTATUS=requests in flight are answered");
    served_.ask_to_stop();
    // First, so that another leads by the time that callers go there.
    if (shared_) shared_log_->step_aside(kStepAsideMost);
    if (music_) music_->stop();  // what is being looked at may take longer than who stops may wait
    ground_->server.drain();
    slow_reads_.stop();
    served_.stop();
    writer_.stop();
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
            ground_->clock,
            ground_->codec,
            ground_->telemetry,
            slow_reads_,
            hub_,
            rules_,
            std::string(openapi_document()),
            std::string(asyncapi_document()),
            [this]() -> std::vector<std::string> {
              if (stopping_) return {"the node is stopping"};
              // Others that share the log may have sealed with a newer one.
              if (auto missing = shared_ ? missing_key(*ring_, served_.store()) : std::nullopt) return {*std::move(missing)};
              return {};
            },
            shared_ ? [this] { return standing_of(*shared_log_, shared_->identity); } : std::function<http::NodeStanding()>(),
            shared_ ? &shared_->others : nullptr,
            signer_ ? [this](const Tail& tail) { return signed_end(tail); } : std::function<std::string(const Tail&)>(),
            [this] { return served_.rebuilding(); },
            limits_.rate_limit,
            limits_.failed_keys,
            ground_->tls != nullptr && ground_->tls->knows_nodes(),
            music_.get()};
  }

  std::vector<std::string> reasons_not_ready() const {
    try {
      return api_.reasons_not_ready();
    } catch (const StoreFailure& failure) {
      return {failure.what()};
    }
  }

  bool is_key_needed(std::string_view key_id) const {
    try {
      return projections::is_sealing_key(served_.store(), key_id);
    } catch (const StoreFailure&) {
      return true;  // the store has said what ails it, and a key is sooner kept than missed
    }
  }

  std::string signed_end(const Tail& tail) const {
    return crypto::signed_note(Checkpoint{log_->id(), tail.sequence, tail.id, ground_->clock.now()}.text(), *signer_);
  }

  std::atomic<bool> stopping_{false};
  bool is_announced_ = false;  ///< main thread, as the next one
  std::string told_reason_;
  std::unique_ptr<Ground> ground_;
  std::unique_ptr<crypto::ApiKeys> keys_;
  std::unique_ptr<crypto::KeyRing> ring_;
  std::optional<crypto::NoteSigner> signer_;      ///< of checkpoints; nothing without --signing-key
  std::unique_ptr<log::Lock> kept_from_writers_;  ///< of a directory that is only read
  std::unique_ptr<EventLog> log_;
  log::kafka::KafkaLog* shared_log_;  ///< `log_`, when nodes share it
  std::unique_ptr<SharedNode> shared_;
  ServingViews served_;
  projections::Views views_;
  projections::Projector projector_;
  service::AppliedWatch watch_;
  service::SlowReads slow_reads_;
  http::EventHub hub_;
  Rules rules_;
  std::unique_ptr<media::MusicChecks> music_;  ///< null: hold music is not checked
  LimitOptions limits_;
  service::Writer writer_;
  http::Api api_;
  std::string url_;
};

}  // namespace

Result<std::unique_ptr<Node>, CannotServe> Node::open(const ServeOptions& options) {
  std::error_code error;
  if (std::filesystem::exists(options.data, error) && !std::filesystem::is_directory(options.data, error)) {
    return CannotServe{"--data must be a directory, and " + options.data + " is none"};
  }
  if (const std::string& file = options.hold_music.checks.ca_file; !file.empty()) {
    if (const auto certificates = http::read_certificates(file); !certificates) return CannotServe{certificates.error().text};
  }
  const std::size_t descriptors = http::raise_descriptor_limit();
  if (auto why = too_few_descriptors(descriptors, options); !why.empty()) return CannotServe{std::move(why)};
  std::shared_ptr<http::TlsContext> tls;
  if (options.tls.is_on()) {
    auto loaded = http::TlsContext::load({options.tls.certificate, options.tls.key, options.tls.node_ca});
    if (!loaded) return CannotServe{loaded.error().text};
    tls = std::move(*loaded);
  }
  const DescriptorShare share = share_of_connections(descriptors, options);
  auto ground = std::make_unique<Ground>(options, share, tls);
  if (const auto fewer = fewer_connections(descriptors, options); !fewer.empty()) ground->telemetry.say(Level::warning, fewer);
  auto keys = crypto::ApiKeys::open(options.keys, ground->telemetry);
  if (!keys) return CannotServe{keys.error().text};
  auto ring = crypto::KeyRing::load(options.keyring);
  if (!ring) return CannotServe{ring.error().text};
  std::optional<crypto::NoteSigner> signer;
  // A past that is only read did not end now, and nothing signed may say so.
  if (!options.signing_key.empty()) {
    auto read = crypto::read_note_signer(options.signing_key);
    if (!read) return CannotServe{read.error().text};
    signer = std::move(*read);
  }
  // Before the first byte of any caller is read.
  if (options.guard.sandbox) {
    if (const auto inside = sandbox::enter(); !inside) return CannotServe{inside.error().text + "; --sandbox off serves without"};
  }
  ground->server.start();
  give_way();
  const log::EmbeddedLog::Ports ports{ground->files, ground->clock, ground->random, ground->codec, ground->telemetry};
  std::unique_ptr<SharedNode> shared;
  std::optional<Result<OpenStore, CannotServe>> store;
  if (options.kafka) {
    const auto log = kafka_log_options(options, url_of(options, ground->server.port()));
    const auto prepare_copy = [&](const LogId& on_topic) { return prepare_data(options, on_topic, ground->files, ground->telemetry); };
    auto made = make_shared_node(log, ground->random, tls, share.forwarded);
    if (!made) return made.error();
    shared = std::move(*made);
    const auto waits = [&](const std::string& why) {
      ground->entrance.waits(why);
      ground->notify_socket.tell_status(why);
    };
    store = open_shared_store(options.data, log, prepare_copy, ports, **ring, waits);
  } else if (options.read_only) {
    store = open_past(options.data, ports, **ring);
  } else if (const auto prepared = prepare_data(options, {}, ground->files, ground->telemetry); !prepared) {
    return CannotServe{prepared.error().text};
  } else {
    store = open_store(options.data, ports, **ring);
  }
  if (!*store) return store->error();
  return std::unique_ptr<Node>(std::make_unique<ServingNode>(options, std::move(ground), std::move(*keys), std::move(*ring),
                                                             std::move(signer), std::move(**store), std::move(shared)));
}

}  // namespace dialin::cli
