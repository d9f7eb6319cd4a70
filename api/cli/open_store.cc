#include "api/cli/open_store.h"

#include <chrono>
#include <filesystem>

#include "infra/storage/bulk_store.h"
#include "infra/storage/rocks_store.h"
#include "projections/sealing_keys.h"

namespace dialin::cli {

namespace {

/// Views without their log: the log is not where it was, a disk that is not mounted perhaps. Founding a new one would hide that.
bool has_lost_its_log(const std::string& data) {
  const auto has_entries = [](const std::string& dir) { return std::filesystem::is_directory(dir) && !std::filesystem::is_empty(dir); };
  return has_entries(data + "/views/current") && !has_entries(data + "/log");
}

}  // namespace

Result<std::unique_ptr<log::EmbeddedLog>, CannotServe> open_log(const std::string& data, log::EmbeddedLog::Ports ports) {
  if (has_lost_its_log(data)) {
    return CannotServe{data + "/views holds the views of a log, but " + data +
                       "/log is empty: put the log back; only when it is meant to be gone, delete " + data + "/views"};
  }
  log::EmbeddedOptions options;
  options.dir = data + "/log";
  auto opened = log::EmbeddedLog::open(options, ports);
  if (!opened) return CannotServe{opened.error().text};
  return std::move(*opened);
}

Result<projections::OpenViews, CannotServe> open_store(const std::string& data, const EventLog& log, const Codec& codec,
                                                       const Secrets& secrets, Telemetry& telemetry) {
  const auto begin = std::chrono::steady_clock::now();
  const projections::ViewStores stores{.open =
                                           [&telemetry](const std::string& dir) {
                                             storage::RocksStoreOptions options;
                                             options.say = [&telemetry](std::string_view line) { telemetry.say(Level::warning, line); };
                                             return storage::open_rocks_store(dir, options);
                                           },
                                       .bulk = [](const std::string& dir) { return storage::make_bulk_store(dir); }};
  auto views = projections::open_views(data + "/views", log, codec, stores);
  if (!views) return CannotServe{views.error().text};
  for (const auto& key_id : projections::sealing_keys(*views->store)) {
    if (!secrets.has_key(key_id)) {
      return CannotServe{"the key ring lacks key " + key_id + ", which sealed secrets of this log: give --keyring the file that holds it"};
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  telemetry.say(Level::info, "the views stand at " + std::to_string(views->position.sequence.value) + (views->rebuilt ? ", rebuilt" : "") +
                                 ": " + std::to_string(views->replayed) + " records applied in " + std::to_string(took.count()) + " s");
  return std::move(*views);
}

}  // namespace dialin::cli
