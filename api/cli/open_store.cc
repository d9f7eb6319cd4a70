#include "api/cli/open_store.h"

#include <chrono>

#include "infra/storage/bulk_store.h"
#include "infra/storage/rocks_store.h"
#include "projections/sealing_keys.h"

namespace dialin::cli {

Result<std::unique_ptr<log::EmbeddedLog>, CannotServe> open_log(const std::string& data, const std::string& url,
                                                                log::EmbeddedLog::Ports ports) {
  log::EmbeddedOptions options;
  options.dir = data + "/log";
  options.url = url;
  auto opened = log::EmbeddedLog::open(options, ports);
  if (!opened) return CannotServe{opened.error().text};
  return std::move(*opened);
}

Result<projections::OpenViews, CannotServe> open_store(const std::string& data, const EventLog& log, const Codec& codec,
                                                       const Secrets& secrets, Telemetry& telemetry) {
  const auto begin = std::chrono::steady_clock::now();
  const projections::ViewStores stores{.open = [](const std::string& dir) { return storage::open_rocks_store(dir); },
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
