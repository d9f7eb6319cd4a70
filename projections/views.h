#pragma once
// What can be asked of the views. Read-only; any thread. Every answer tells the log position it reflects (at least).
// Throws StoreFailure when the store cannot read, LogFault when the log cannot.

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "domain/codec.h"
#include "domain/decide.h"
#include "domain/event_log.h"
#include "domain/view_store.h"
#include "projections/keys.h"

namespace dialin::projections {

class LogFault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
/// It can be read, but what stands there is no record of the chain, or no event.
class LogDamaged : public LogFault {
 public:
  using LogFault::LogFault;
};

constexpr std::uint64_t kListLimitMax = 100;
constexpr std::uint64_t kEventsLimitMax = 1000;

struct ListFilter {
  std::optional<PhoneNumber> phone_number;  ///< exact
  std::vector<std::string> phone_numbers;   ///< any of these is a substring of the number
  std::optional<std::string> sip_username;  ///< exact
  std::optional<std::string> name_prefix;   ///< the name begins with it
  std::optional<Category> type;
  bool empty() const { return !phone_number && phone_numbers.empty() && !sip_username && !name_prefix && !type; }
};

struct ListRequest {
  TenantId tenant;
  ListFilter filter;
  std::size_t limit = kListLimitMax;       ///< 1 to kListLimitMax
  std::optional<ConfigId> starting_after;  ///< the page behind it
  std::optional<ConfigId> ending_before;   ///< the page just before it, still newest first; not with starting_after
};

struct ListPage {
  std::uint64_t total_count = 0;  ///< of all that match
  std::vector<ConfigRow> rows;    ///< newest first
};

/// An event with its record, as history and /events give them.
struct Shown {
  Record record;
  Event event;
};

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
  std::optional<Holder> holder(const PhoneNumber& number) const;
  /// What is stored, however old: the caller asks whether its time is still within kIdempotencyRemembered_us.
  std::optional<IdempotencyRow> idempotency(const TenantId& tenant, const Bytes16& key) const;

  /// Nothing when the cursor's id was never this tenant's. A page of a list that others change stays whole: its place is by creation.
  std::optional<ListPage> list(const ListRequest& request) const;

  /// The config's events with a sequence above `after`, oldest first. Nothing when the id was never this tenant's.
  std::optional<EventPage> history(const TenantId& tenant, const ConfigId& id, Sequence after, std::size_t limit) const;
  EventPage events(const TenantId& tenant, Sequence after, std::size_t limit) const;

  /// One event by its place. Throws LogFault when it is not an event.
  Shown event_at(Sequence sequence) const;

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
