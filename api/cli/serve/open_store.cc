#include "api/cli/serve/open_store.h"

#include <chrono>
#include <filesystem>
#include <future>
#include <optional>
#include <thread>

#include "infra/log/kafka/copy.h"
#include "infra/log/segment.h"
#include "infra/storage/bulk_store.h"
#include "infra/storage/rocks_store.h"
#include "projections/sealing_keys.h"

namespace dialin::cli {

namespace {

namespace fs = std::filesystem;

/// Views without their log: the log is not where it was, a disk that is not mounted perhaps. Founding a new one would hide that.
bool has_lost_its_log(const std::string& data, log::FileLayer& files) {
  const std::string views = projections::current_views(data + "/views");
  if (!fs::is_directory(views) || fs::is_empty(views)) return false;
  if (!fs::is_directory(data + "/log")) return true;
  const auto segments = log::list_segments(files, data + "/log");
  return segments && segments->empty();  // a directory that cannot be read is told by the opening
}

/// `lead` is called between the look at the views as they were found and the first change to them.
Result<projections::OpenViews, CannotServe> open_views_of(const EventLog& log, const std::string& data,
                                                          const log::EmbeddedLog::Ports& ports, const Secrets& secrets,
                                                          const std::function<Result<void, log::OpenFailure>()>& lead) {
  const auto begin = std::chrono::steady_clock::now();
  const auto stores = view_stores(ports.telemetry);
  auto found = projections::find_views(data + "/views", log, stores);
  if (!found) return CannotServe{found.error().text};
  if (found->store) {
    if (auto missing = missing_key(secrets, *found->store)) return CannotServe{*std::move(missing)};
  }
  if (const auto led = lead(); !led) return CannotServe{led.error().text};
  auto views = projections::open_views(std::move(*found), log, ports.codec, stores);
  if (!views) return CannotServe{views.error().text};
  if (auto missing = missing_key(secrets, *views->store)) return CannotServe{*std::move(missing)};
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  ports.telemetry.say(Level::info, "the views stand at " + std::to_string(views->position.sequence.value) +
                                       (views->rebuilt ? ", rebuilt" : "") + ": " + std::to_string(views->replayed) +
                                       " records applied in " + std::to_string(took.count()) + " s");
  return std::move(*views);
}

constexpr std::chrono::milliseconds kAskAgain{500};
constexpr std::chrono::seconds kUnheardMost{2};

/// What Kafka holds now is in the copy when it returns. Empty, or why the log cannot be believed.
std::string catch_up_to_end(const log::kafka::KafkaLog& log, const std::function<void(const std::string&)>& waits) {
  for (;;) {
    std::promise<bool> reached;
    log.confirm_end([&](Result<Sequence, LogError> end) { reached.set_value(end.has_value()); });
    auto answer = reached.get_future();
    while (answer.wait_for(kAskAgain) != std::future_status::ready) {
      waits("the log is being read from Kafka: record " + std::to_string(log.tail().sequence.value));
    }
    if (answer.get()) return {};
    const auto standing = log.standing();
    if (standing.role == log::kafka::Role::halted) return standing.why;
    if (standing.unheard < kUnheardMost) continue;  // it is long
    waits("Kafka does not answer");
    std::this_thread::sleep_for(kAskAgain);
  }
}

}  // namespace

projections::ViewStores view_stores(Telemetry& telemetry) {
  return {.open =
              [&telemetry](const std::string& dir) {
                storage::RocksStoreOptions options;
                options.say = [&telemetry](std::string_view line) { telemetry.say(Level::warning, line); };
                return storage::open_rocks_store(dir, options);
              },
          .bulk = [](const std::string& dir) { return storage::make_bulk_store(dir); }};
}

std::optional<std::string> missing_key(const Secrets& secrets, const ViewReader& views) {
  for (const auto& key_id : projections::sealing_keys(views)) {
    if (secrets.has_key(key_id)) continue;
    return "the key ring lacks key " + key_id + ", which sealed secrets of this log: give --keyring the file that holds it";
  }
  return std::nullopt;
}

Result<OpenStore, CannotServe> open_shared_store(const std::string& data, const log::kafka::KafkaLogOptions& options,
                                                 const log::kafka::KafkaLog::PrepareCopy& prepare_copy,
                                                 const log::EmbeddedLog::Ports& ports, const Secrets& secrets,
                                                 const std::function<void(const std::string&)>& waits) {
  auto log = log::kafka::KafkaLog::open(options, ports, prepare_copy);
  for (std::string said; !log; log = log::kafka::KafkaLog::open(options, ports, prepare_copy)) {
    if (log.error().code != log::OpenError::unreachable) return CannotServe{log.error().text};
    waits(log.error().text);
    if (said != log.error().text) ports.telemetry.say(Level::warning, "waiting for Kafka: " + (said = log.error().text));
    std::this_thread::sleep_for(kAskAgain);
  }
  if (const auto why = catch_up_to_end(**log, waits); !why.empty()) return CannotServe{why};
  waits("the views are being brought up to the log");
  auto views = open_views_of(**log, data, ports, secrets, [] { return Result<void, log::OpenFailure>(); });
  if (!views) return views.error();
  OpenStore store{nullptr, log->get(), std::move(*views)};
  store.log = std::move(*log);
  return store;
}

Result<OpenStore, CannotServe> open_store(const std::string& data, const log::EmbeddedLog::Ports& ports, const Secrets& secrets) {
  if (has_lost_its_log(data, ports.files)) {
    return CannotServe{data + "/views holds the views of a log, but " + data +
                       "/log has none: put the log back; only when it is meant to be gone, delete " + data + "/views"};
  }
  if (log::kafka::is_copy(data + "/log")) {
    return CannotServe{data + "/log is this node's copy of a log on Kafka: give --log kafka"};
  }
  log::EmbeddedOptions options;
  options.dir = data + "/log";
  auto log = log::EmbeddedLog::find(options, ports);
  if (!log) return CannotServe{log.error().text};
  auto views = open_views_of(**log, data, ports, secrets, [&] { return (*log)->lead(); });
  if (!views) return views.error();
  return OpenStore{std::move(*log), nullptr, std::move(*views)};
}

}  // namespace dialin::cli
