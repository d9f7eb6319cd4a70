#include "projections/open_views.h"

#include <charconv>
#include <system_error>

#include "projections/keys.h"
#include "projections/read_ahead.h"
#include "projections/view_folder.h"

namespace dialin::projections {
namespace {

using Done = Result<void, OpenViewsFailure>;

/// What is wrong with the views, and the way out that always works.
OpenViewsFailure unusable(OpenViewsError code, const std::string& dir, const std::string& what) {
  return {code, "the views in " + dir + " cannot be used: " + what +
                    ". Views are rebuilt from the log when they are missing: if this is the right log, run `rm -r " + dir +
                    "` and start again"};
}

OpenViewsFailure failed_to_write(StoreError error, const std::string& dir) {
  if (error == StoreError::no_space)
    return {OpenViewsError::store, "the disk is full, the views in " + dir + " cannot be written: make room and start again"};
  return unusable(OpenViewsError::store, dir, "they cannot be written");
}

class Opening {
 public:
  Opening(const std::string& dir, const EventLog& log, const Codec& codec, const ViewStores& stores)
      : folder_(dir), log_(log), codec_(codec), stores_(stores) {}

  Result<OpenViews, OpenViewsFailure> open();

 private:
  enum class Found : std::uint8_t { usable, missing };
  Result<Found, OpenViewsFailure> check_current();
  Done check_position();
  Done rebuild();
  Done catch_up(ViewStore& store);

  ViewFolder folder_;
  const EventLog& log_;
  const Codec& codec_;
  const ViewStores& stores_;
  OpenViews views_;
};

std::optional<std::uint64_t> schema_of(const ViewStore& store) {
  std::string text;
  std::uint64_t schema = 0;
  if (!store.get(Family::meta, kMetaSchema, text)) return std::nullopt;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), schema);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) throw StoreFailure("the schema of the views is no number");
  return schema;
}

Result<OpenViews, OpenViewsFailure> Opening::open() {
  Found found = Found::missing;
  if (folder_.has_current()) {
    const auto checked = check_current();
    if (!checked) return checked.error();
    found = *checked;
  }
  if (found == Found::missing) {
    views_.store.reset();
    if (const Done rebuilt = rebuild(); !rebuilt) return rebuilt.error();
    views_.store = stores_.open(folder_.current());
    views_.rebuilt = true;
  }
  if (const Done caught_up = catch_up(*views_.store); !caught_up) return caught_up.error();
  return std::move(views_);
}

Result<Opening::Found, OpenViewsFailure> Opening::check_current() {
  views_.store = stores_.open(folder_.current());
  const auto schema = schema_of(*views_.store);
  if (!schema || *schema < kSchema) return Found::missing;
  if (*schema > kSchema)
    return OpenViewsFailure{OpenViewsError::newer_schema, "the views in " + folder_.current() + " have schema " + std::to_string(*schema) +
                                                              ", this dialin knows " + std::to_string(kSchema) +
                                                              ": run the newer dialin that made them"};
  std::string log_id;
  views_.store->get(Family::meta, kMetaLog, log_id);
  if (log_id != log_.id().view())
    return unusable(OpenViewsError::other_log, folder_.dir(), "they were made from another log than " + log_.id().text());
  if (const Done checked = check_position(); !checked) return checked.error();
  return Found::usable;
}

/// The log may have been cut or replaced since.
Done Opening::check_position() {
  std::string stored;
  if (!views_.store->get(Family::meta, kMetaPosition, stored)) return {};
  views_.position = decode_position(stored);
  const std::string sequence = std::to_string(views_.position.sequence.value);

  const auto record = log_.at(views_.position.sequence);
  if (!record && record.error() != LogError::not_found)
    return OpenViewsFailure{OpenViewsError::log, "record " + sequence + ", where the views stand, cannot be read from the log"};
  if (!record)
    return unusable(OpenViewsError::log_diverged, folder_.dir(), "they stand at record " + sequence + ", but the log ends before it");
  if (record->id != views_.position.id)
    return unusable(OpenViewsError::log_diverged, folder_.dir(),
                    "they stand at record " + sequence + " with id " + views_.position.id.hex() + ", but in the log that record has id " +
                        record->id.hex());
  return {};
}

Done Opening::rebuild() {
  views_.position = {};
  {
    const auto store = stores_.bulk(folder_.rebuilding());
    const auto beginning = store->batch();
    beginning->put(Family::meta, kMetaSchema, std::to_string(kSchema));
    beginning->put(Family::meta, kMetaLog, log_.id().view());
    auto stored = store->apply(*beginning);
    if (stored) {
      if (const Done caught_up = catch_up(*store); !caught_up) return caught_up;
      stored = store->flush();
    }
    if (!stored) return failed_to_write(stored.error(), folder_.dir());
  }
  folder_.swap_in();
  return {};
}

/// To the end of the log, wherever that is by then.
Done Opening::catch_up(ViewStore& store) {
  Projector projector(store, codec_, views_.position);
  while (projector.position() != log_.tail()) {
    const Sequence before = projector.position().sequence;
    ReadAhead ahead(log_, codec_, projector.position());
    for (;;) {
      const auto batch = ahead.next();
      if (!batch) return OpenViewsFailure{OpenViewsError::log, batch.error().text};
      if (batch->empty()) break;
      const auto applied = projector.apply(*batch);
      if (!applied) return failed_to_write(applied.error(), folder_.dir());
      views_.replayed += batch->size();
    }
    if (projector.position().sequence == before)
      return OpenViewsFailure{OpenViewsError::log, "the log says it ends at record " + std::to_string(log_.tail().sequence.value) +
                                                       ", but gives nothing behind record " + std::to_string(before.value)};
  }
  views_.position = projector.position();
  return {};
}

}  // namespace

Result<OpenViews, OpenViewsFailure> open_views(const std::string& dir, const EventLog& log, const Codec& codec, const ViewStores& stores) {
  try {
    return Opening(dir, log, codec, stores).open();
  } catch (const StoreFailure& error) {
    return unusable(OpenViewsError::store, dir, error.what());
  } catch (const std::system_error& error) {  // of the file system
    return unusable(OpenViewsError::store, dir, error.what());
  }
}

}  // namespace dialin::projections
