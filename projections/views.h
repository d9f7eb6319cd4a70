#pragma once
// What can be asked of the views. Read-only; any thread. Every answer tells the log position it reflects (at least).
// Throws StoreFailure when the store cannot read, LogFault when the log cannot.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/codec.h"
#include "domain/decide.h"
#include "domain/event_log.h"
#include "domain/view_store.h"
#include "projections/keys.h"
#include "projections/list_request.h"
#include "projections/number_history.h"
#include "projections/shown.h"

namespace dialin::projections {

constexpr std::uint64_t kEventsLimitMax = 1000;
constexpr Sequence kNoEnd{~0ULL};

struct EventPage {
  std::vector<Shown> events;
  std::uint64_t next_after = 0;  ///< what to pass as `after` for the next page
  bool more = false;             ///< also when the page ends early, before a record that is damaged: the next page throws
};

class Views {
 public:
  Views(const ViewStore& store, const EventLog& log, const Codec& codec);

  /// The live config.
  std::optional<ConfigRow> config(const TenantId& tenant, const ConfigId& id) const;
  /// The state, a deleted config's too; nothing for an id that this tenant never had. Reads the log.
  std::optional<ConfigState> state(const TenantId& tenant, const ConfigId& id) const;
  /// The config as it was at `version`; of a deletion's, before.
  std::optional<Config> past(const TenantId& tenant, const ConfigId& id, Version version) const;
  /// The event that made `version`; nothing for a version there never was. Reads the log.
  std::optional<Shown> version_event(const TenantId& tenant, const ConfigId& id, Version version) const;
  std::optional<Holder> holder(const PhoneNumber& number) const;
  /// What is stored, however old: the caller asks whether its time is still within kIdempotencyRemembered_us.
  std::optional<IdempotencyRow> idempotency(const TenantId& tenant, const Bytes16& key) const;

  /// Nothing when the cursor's id was never this tenant's (by then, with `as_of`). A page of a list that others change stays whole: its
  /// place is by creation.
  std::optional<ListPage> list(const ListRequest& request) const;

  /// The config's events with a sequence above `after`, at most `until`, oldest first. Nothing when the id was never this tenant's by then.
  std::optional<EventPage> history(const TenantId& tenant, const ConfigId& id, Sequence after, std::size_t limit,
                                   Sequence until = kNoEnd) const;
  EventPage events(const TenantId& tenant, Sequence after, std::size_t limit) const;

  /// One event by its place. Throws LogFault when it is not an event.
  Shown event_at(Sequence sequence) const;

  // What was there as of a sequence, inclusive. Each `as_of` and `until` is one that whole() gave, at most position(): then the answer is
  // the same for ever.

  /// Whether the past can be asked for at all: not while views of an older schema serve.
  bool can_look_back() const;
  /// The last record at or before `time`, which is at most position().time; 0: before the first. Looks into the log.
  Sequence sequence_at(Instant time) const;
  /// `sequence`, at most position(); the one behind it when it is the deletion that begins a move, whose halves belong together. Looks into
  /// the log.
  Sequence whole(Sequence sequence) const;
  /// The config as it was; nothing when it was not there yet, or deleted.
  std::optional<ConfigRow> config_as_of(const TenantId& tenant, const ConfigId& id, Sequence as_of) const;
  std::optional<Holder> holder_as_of(const PhoneNumber& number, Sequence as_of) const;
  /// Which of the tenant's configs held the number, from behind `after` on, oldest first. What came later than `until` is not told, the end
  /// of a hold neither. Nothing when none of them had ever held it by then.
  std::optional<NumberPage> number_history(const TenantId& tenant, const PhoneNumber& number, Sequence after, std::size_t limit,
                                           Sequence until = kNoEnd) const;

  /// Where the views stand. (0, zeros) when empty.
  Tail position() const;
  std::uint64_t live_configs(const TenantId& tenant) const;

 private:
  bool add(EventPage& page, Sequence next, std::size_t limit) const;

  const ViewStore& store_;
  const EventLog& log_;
  const Codec& codec_;
};

}  // namespace dialin::projections
