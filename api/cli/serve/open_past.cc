#include "api/cli/serve/open_past.h"

#include <cerrno>
#include <filesystem>

#include "infra/log/offline_log.h"
#include "infra/log/posix_files.h"
#include "infra/storage/rocks_store.h"

namespace dialin::cli {
namespace {

CannotServe in_use(const std::string& dir, const log::LockRefused& refused) {
  if (refused.error.code != EWOULDBLOCK) return {dir + " cannot be locked: " + refused.error.text()};
  const std::string who = refused.holder_pid != 0 ? "process " + std::to_string(refused.holder_pid) : "another process";
  return {dir + " is in use by " + who + ", which writes to it: ask that one, or let 'dialin replay' make a directory of its own"};
}

/// The views and what is wrong with them, as a part of a sentence.
Result<projections::OpenViews, std::string> open_views_of(const EventLog& log, const std::string& dir) {
  const std::string current = projections::current_views(dir);
  if (current.empty() || !std::filesystem::exists(current)) return std::string("there are none");
  projections::OpenViews views;
  views.store = storage::open_rocks_reader(current);
  const auto place = projections::place_of(*views.store);
  views.position = place.position;
  if (place.schema != projections::kSchema) {
    return "they have schema " + std::to_string(place.schema.value_or(0)) + ", this dialin reads " + std::to_string(projections::kSchema);
  }
  if (!projections::is_whole(*views.store, projections::kSchema)) return std::string("a part of them is missing");
  if (place.log != log.id()) return "they were made from another log than " + log.id().text();
  const std::string at = "they stand at record " + std::to_string(views.position.sequence.value);
  const Tail tail = log.tail();
  if (views.position.sequence != tail.sequence) return at + ", the log ends at record " + std::to_string(tail.sequence.value);
  if (views.position.id != tail.id) return at + " with id " + views.position.id.hex() + ", which is another one in the log";
  return views;
}

}  // namespace

Result<OpenStore, CannotServe> open_past(const std::string& data, const log::EmbeddedLog::Ports& ports, const Secrets& secrets) {
  if (!std::filesystem::is_directory(data + "/log")) return CannotServe{"there is no log in " + data + "/log"};
  auto lock = log::lock_to_read(data + "/log/lock");
  if (!lock) return in_use(data + "/log", lock.error());
  auto log = log::OfflineLog::open(ports.files, data + "/log");
  if (!log) return CannotServe{log.error().text};
  std::string why;
  try {
    auto views = open_views_of(**log, data + "/views");
    if (views) {
      if (auto missing = missing_key(secrets, *views->store)) return CannotServe{*std::move(missing)};
      return OpenStore{std::move(*log), nullptr, std::move(*views), std::move(*lock)};
    }
    why = std::move(views).error();
  } catch (const StoreFailure& failure) {
    why = failure.what();
  }
  return CannotServe{"the views in " + data + "/views cannot be served as they are: " + why + ". 'dialin replay --data " + data + " --to " +
                     std::to_string((*log)->tail().sequence.value) + " --out DIR' makes a directory whose views fit its log"};
}

}  // namespace dialin::cli
