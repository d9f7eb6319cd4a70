#include "projections/open_views.h"

#include <cerrno>
#include <cstring>
#include <system_error>

#include "domain/store_is_full.h"
#include "projections/keys.h"
#include "projections/read_ahead.h"
#include "projections/soundness.h"
#include "projections/view_folder.h"

namespace dialin::projections {
namespace {

using Done = Result<void, OpenViewsFailure>;

/// Views of a schema have so many families, from the first on.
constexpr std::size_t families_of_schema(std::uint64_t schema) {
  return schema < kSchemaOfThePast ? static_cast<std::size_t>(Family::lives) : kFamilyCount;
}

/// What is wrong with the views, and the way out that always works.
OpenViewsFailure unusable(OpenViewsError code, const std::string& dir, const std::string& what) {
  return {code, "the views in " + dir + " cannot be used: " + what +
                    ". Views are rebuilt from the log when they are missing: if this is the right log, run `rm -r " + dir +
                    "` and start again"};
}

/// Says nothing of removing them: they may be sound, and on a full disk they could not be built again.
OpenViewsFailure disk_is_full(const std::string& dir) {
  return {OpenViewsError::store, "the disk is full, the views in " + dir + " cannot be written: make room and start again"};
}

OpenViewsFailure failed_to_write(StoreError error, const std::string& dir) {
  if (error == StoreError::no_space) return disk_is_full(dir);
  return unusable(OpenViewsError::store, dir, "they cannot be written");
}

std::optional<std::uint64_t> schema_of(const ViewReader& store) {
  std::string text;
  if (!store.get(Family::meta, kMetaSchema, text)) return std::nullopt;
  return decode_schema(text);
}

/// The log may have been cut or replaced since.
Done check_position(const FoundViews& found, const EventLog& log) {
  const std::string sequence = std::to_string(found.position.sequence.value);
  const auto record = log.at(found.position.sequence);
  if (!record && record.error() != LogError::not_found)
    return OpenViewsFailure{OpenViewsError::log, "record " + sequence + ", where the views stand, cannot be read from the log"};
  const auto diverged = [&](const std::string& what) {
    return OpenViewsFailure{OpenViewsError::log_diverged,
                            "the views in " + found.dir + " stand at record " + sequence + ", " + what +
                                ". Records that were answered are not in this log: put back the log that belongs to the views. Only when "
                                "this one is meant to be the truth, run `rm -r " +
                                found.dir + "` and start again"};
  };
  if (!record) return diverged("but the log ends at record " + std::to_string(log.tail().sequence.value));
  if (record->id != found.position.id)
    return diverged("with id " + found.position.id.hex() + ", but in the log that record has id " + record->id.hex());
  return {};
}

Result<FoundViews, OpenViewsFailure> find(const ViewFolder& folder, const EventLog& log, const ViewStores& stores) {
  FoundViews found{folder.dir(), nullptr, {}};
  folder.put_in_order();
  const std::string current = folder.current();
  if (current.empty()) return found;
  auto store = stores.open(current);
  const ViewsPlace place = place_of(*store);
  if (!place.schema || *place.schema < kOldestSchemaThatServes) return found;
  // Its place is needed for those that are to be built.
  if (*place.schema < kSchema && current == folder.of_schema(kSchema)) return found;
  if (*place.schema > kSchema)
    return OpenViewsFailure{OpenViewsError::newer_schema, "the views in " + current + " have schema " + std::to_string(*place.schema) +
                                                              ", this dialin knows " + std::to_string(kSchema) +
                                                              ": run the newer dialin that made them"};
  if (place.log != log.id())
    return unusable(OpenViewsError::other_log, folder.dir(), "they were made from another log than " + log.id().text());
  found.position = place.position;
  if (found.position.sequence.value != 0) {
    if (const Done checked = check_position(found, log); !checked) return checked.error();
  }
  if (!is_whole(*store, *place.schema)) return found;
  // What another schema left: a rebuild that is done, or that of a program that is no more.
  if (*place.schema == kSchema) folder.remove_others();
  found.schema = *place.schema;
  found.store = std::move(store);
  return found;
}

class Opening {
 public:
  Opening(FoundViews found, const EventLog& log, const Codec& codec, const ViewStores& stores)
      : folder_(found.dir), log_(log), codec_(codec), stores_(stores) {
    views_.store = std::move(found.store);
    views_.position = found.position;
    views_.schema = found.schema;
  }

  Result<OpenViews, OpenViewsFailure> open();

 private:
  Done rebuild();
  Done catch_up(ViewStore& store);
  Soundness look_at(std::span<const Entry> entries, const ViewStore& store);

  ViewFolder folder_;
  const EventLog& log_;
  const Codec& codec_;
  const ViewStores& stores_;
  std::optional<SoundnessCheck> rebuild_check_;
  OpenViews views_;
};

Result<OpenViews, OpenViewsFailure> Opening::open() {
  if (!views_.store) {
    if (const Done rebuilt = rebuild(); !rebuilt) return rebuilt.error();
    views_.store = stores_.open(folder_.current());
    views_.schema = kSchema;
    views_.rebuilt = true;
  }
  if (const Done caught_up = catch_up(*views_.store); !caught_up) return caught_up.error();
  return std::move(views_);
}

Done Opening::rebuild() {
  views_.position = {};
  {
    const auto store = stores_.bulk(folder_.rebuilding());
    rebuild_check_.emplace(nullptr);  // a store that is being loaded cannot be asked
    auto stored = begin_views(*store, log_.id());
    if (stored) {
      if (const Done caught_up = catch_up(*store); !caught_up) return caught_up;
      stored = store->flush();
    }
    if (!stored) return failed_to_write(stored.error(), folder_.dir());
  }
  rebuild_check_.reset();
  folder_.keep_rebuilt(kSchema);
  folder_.use(kSchema);
  return {};
}

/// Nobody else writes to a log of one's own.
Soundness Opening::look_at(std::span<const Entry> entries, const ViewStore& store) {
  if (!log_.is_shared()) return {entries.size(), {}};
  return rebuild_check_ ? rebuild_check_->take(entries) : SoundnessCheck(&store).take(entries);
}

/// To the end of the log, wherever that is by then; on a shared one no further than it is sound, and the writer says why not.
Done Opening::catch_up(ViewStore& store) {
  Projector projector(store, codec_, views_.position);
  while (projector.position() != log_.tail()) {
    const Sequence before = projector.position().sequence;
    ReadAhead ahead(log_, codec_, projector.position());
    for (;;) {
      const auto batch = ahead.next();
      if (!batch) return OpenViewsFailure{OpenViewsError::log, batch.error().text};
      if (batch->empty()) break;
      const Soundness found = look_at(*batch, store);
      const auto applied = projector.apply(std::span(*batch).first(found.sound));
      if (!applied) return failed_to_write(applied.error(), folder_.dir());
      views_.replayed += found.sound;
      views_.position = projector.position();
      if (!found.fault.empty()) return {};
    }
    if (projector.position().sequence == before)
      return OpenViewsFailure{OpenViewsError::log, "the log says it ends at record " + std::to_string(log_.tail().sequence.value) +
                                                       ", but gives nothing behind record " + std::to_string(before.value)};
  }
  return {};
}

/// What the store and the file system throw, as a failure that says what helps.
template <typename Work>
auto caught(const std::string& dir, Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const StoreIsFull&) {
    return disk_is_full(dir);
  } catch (const StoreFailure& error) {
    return unusable(OpenViewsError::store, dir, error.what());
  } catch (const std::system_error& error) {  // of the file system
    if (error.code().value() == ENOSPC || error.code().value() == EDQUOT) return disk_is_full(dir);
    return unusable(OpenViewsError::store, dir, error.what());
  }
}

}  // namespace

ViewsPlace place_of(const ViewReader& store) {
  ViewsPlace place;
  place.schema = schema_of(store);
  std::string log;
  if (store.get(Family::meta, kMetaLog, log) && log.size() == sizeof(LogId::bytes)) {
    place.log.emplace();
    std::memcpy(place.log->bytes.data(), log.data(), log.size());
  }
  std::string position;
  if (store.get(Family::meta, kMetaPosition, position)) place.position = decode_position(position);
  return place;
}

bool is_whole(const ViewStore& store, std::uint64_t schema) {
  for (std::size_t i = 0; i < families_of_schema(schema); ++i) {
    if (!store.has(static_cast<Family>(i))) return false;
  }
  return true;
}

Result<void, StoreError> begin_views(ViewStore& store, const LogId& log) {
  const auto beginning = store.batch();
  beginning->put(Family::meta, kMetaSchema, std::to_string(kSchema));
  beginning->put(Family::meta, kMetaLog, log.view());
  return store.apply(*beginning);
}

std::string current_views(const std::string& dir) {
  return ViewFolder(dir).current();
}

Result<FoundViews, OpenViewsFailure> find_views(const std::string& dir, const EventLog& log, const ViewStores& stores) {
  return caught(dir, [&] { return find(ViewFolder(dir), log, stores); });
}

Result<OpenViews, OpenViewsFailure> open_views(FoundViews found, const EventLog& log, const Codec& codec, const ViewStores& stores) {
  const std::string dir = found.dir;
  return caught(dir, [&] { return Opening(std::move(found), log, codec, stores).open(); });
}

Result<OpenViews, OpenViewsFailure> open_views(const std::string& dir, const EventLog& log, const Codec& codec, const ViewStores& stores) {
  auto found = find_views(dir, log, stores);
  if (!found) return found.error();
  return open_views(std::move(*found), log, codec, stores);
}

}  // namespace dialin::projections
