#pragma once
// Brings the views of a data directory into step with a log before anything is served: opens, checks, rebuilds when missing, catches up.

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "domain/codec.h"
#include "domain/event_log.h"
#include "domain/view_store.h"
#include "projections/projector.h"

namespace dialin::projections {

/// How the wiring makes stores: the folder names are this room's business, RocksDB is not.
struct ViewStores {
  /// Opens the store in `dir`, creating it when missing. Throws StoreFailure.
  std::function<std::unique_ptr<ViewStore>(const std::string& dir)> open;
  /// A store in `dir` made for one great load: apply() gathers changes, sorts them and writes table files; flush() ends it. `dir` is
  /// new. Not readable before open().
  std::function<std::unique_ptr<ViewStore>(const std::string& dir)> bulk;
};

enum class OpenViewsError : std::uint8_t {
  log_diverged,  ///< the record at the views' position is not in the log, or another stands there
  other_log,     ///< the views were made from another log
  newer_schema,  ///< made by a newer dialin
  store,         ///< cannot be read or written
  log,           ///< the log itself is damaged (poison)
};
struct OpenViewsFailure {
  OpenViewsError code;
  std::string text;  ///< a sentence for the operator, with the command that helps
};

struct OpenViews {
  std::unique_ptr<ViewStore> store;
  Tail position;
  std::uint64_t replayed = 0;  ///< records applied while opening
  bool rebuilt = false;
};

/// `dir/current` holds the views, `dir/rebuilding` those being made; a rebuild that was cut short begins anew. An older schema counts as
/// missing. Reading, hashing and decoding run on a thread of their own, so that rebuilding uses two cores. The chain is verified as it is
/// read. Blocks until position == log.tail().
Result<OpenViews, OpenViewsFailure> open_views(const std::string& dir, const EventLog& log, const Codec& codec, const ViewStores& stores);

}  // namespace dialin::projections
