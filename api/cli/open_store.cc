#include "api/cli/open_store.h"

#include <chrono>
#include <filesystem>
#include <optional>

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

projections::ViewStores view_stores(Telemetry& telemetry) {
  return {.open =
              [&telemetry](const std::string& dir) {
                storage::RocksStoreOptions options;
                options.say = [&telemetry](std::string_view line) { telemetry.say(Level::warning, line); };
                return storage::open_rocks_store(dir, options);
              },
          .bulk = [](const std::string& dir) { return storage::make_bulk_store(dir); }};
}

std::optional<CannotServe> lacks_a_key(const Secrets& secrets, const ViewStore& views) {
  for (const auto& key_id : projections::sealing_keys(views)) {
    if (secrets.has_key(key_id)) continue;
    return CannotServe{"the key ring lacks key " + key_id + ", which sealed secrets of this log: give --keyring the file that holds it"};
  }
  return std::nullopt;
}

}  // namespace

Result<OpenStore, CannotServe> open_store(const std::string& data, const log::EmbeddedLog::Ports& ports, const Secrets& secrets) {
  const auto begin = std::chrono::steady_clock::now();
  if (has_lost_its_log(data, ports.files)) {
    return CannotServe{data + "/views holds the views of a log, but " + data +
                       "/log has none: put the log back; only when it is meant to be gone, delete " + data + "/views"};
  }
  log::EmbeddedOptions options;
  options.dir = data + "/log";
  auto log = log::EmbeddedLog::find(options, ports);
  if (!log) return CannotServe{log.error().text};

  const auto stores = view_stores(ports.telemetry);
  auto found = projections::find_views(data + "/views", **log, stores);
  if (!found) return CannotServe{found.error().text};
  if (found->store) {
    if (auto refused = lacks_a_key(secrets, *found->store)) return *std::move(refused);
  }

  if (const auto led = (*log)->lead(); !led) return CannotServe{led.error().text};
  auto views = projections::open_views(std::move(*found), **log, ports.codec, stores);
  if (!views) return CannotServe{views.error().text};
  if (auto refused = lacks_a_key(secrets, *views->store)) return *std::move(refused);

  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  ports.telemetry.say(Level::info, "the views stand at " + std::to_string(views->position.sequence.value) +
                                       (views->rebuilt ? ", rebuilt" : "") + ": " + std::to_string(views->replayed) +
                                       " records applied in " + std::to_string(took.count()) + " s");
  return OpenStore{std::move(*log), std::move(*views)};
}

}  // namespace dialin::cli
