#pragma once
// Brings the views of a data directory into step with a log before anything is served: opens, checks, rebuilds when missing, catches up.
// Views of an older schema are kept in step like any: they serve, while those of this one are built beside them (rebuild.h).

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "domain/codec.h"
#include "domain/event_log.h"
#include "domain/view_store.h"
#include "projections/keys.h"
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

/// Views of this schema and later ones answer every question that this one does.
constexpr std::uint64_t kOldestSchemaThatServes = 1;

/// Views as they were found, before anything was applied to them.
struct FoundViews {
  std::string dir;
  std::unique_ptr<ViewStore> store;  ///< null: there are none, or none that can serve. They are to be rebuilt
  Tail position;
  std::uint64_t schema = kSchema;  ///< of `store`
};

struct OpenViews {
  std::unique_ptr<ViewStore> store;
  Tail position;
  std::uint64_t schema = kSchema;
  std::uint64_t replayed = 0;  ///< records applied while opening
  bool rebuilt = false;
};

/// Where views stand: which log they were made from, and the last record that was applied.
struct ViewsPlace {
  std::optional<std::uint64_t> schema;
  std::optional<LogId> log;  ///< nothing: not begun
  Tail position;
};
/// Throws StoreFailure.
ViewsPlace place_of(const ViewReader& store);
/// Whether it has all families of `schema`. Of one that lacks some (copied in part, or of a program that was never released) nothing is to
/// be believed: questions that need them would be answered as if nothing had ever been.
bool is_whole(const ViewStore& store, std::uint64_t schema);
/// The first thing that is put into new views: which schema they have, and of which log they are.
Result<void, StoreError> begin_views(ViewStore& store, const LogId& log);
/// Where the views in use stand, in a folder that open_views() is given; empty when there are none.
std::string current_views(const std::string& dir);

/// Opens the views in `dir` and holds them against the log, of which it only reads the record that they stand at: so it can be asked before
/// anything is written there. What stands where in `dir` is told in view_folder.h; a rebuild that was cut short begins anew.
Result<FoundViews, OpenViewsFailure> find_views(const std::string& dir, const EventLog& log, const ViewStores& stores);

/// Rebuilds them when there are none, and applies what they lack. Reading, hashing and decoding run on a thread of their own, so that
/// rebuilding uses two cores. The chain is verified as it is read. Blocks until position == log.tail(), or, on a shared log, until the next
/// record breaks the domain's rules.
Result<OpenViews, OpenViewsFailure> open_views(FoundViews found, const EventLog& log, const Codec& codec, const ViewStores& stores);
/// find_views() and this in one.
Result<OpenViews, OpenViewsFailure> open_views(const std::string& dir, const EventLog& log, const Codec& codec, const ViewStores& stores);

}  // namespace dialin::projections
