#include "projections/views.h"

#include "domain/evolve.h"
#include "projections/listing.h"
#include "projections/projector.h"

namespace dialin::projections {
namespace {

std::string text_of(LogError error) {
  switch (error) {
    case LogError::no_space:
      return "the disk is full";
    case LogError::unavailable:
      return "the log cannot be reached";
    case LogError::unknown:
    case LogError::partly:
      return "the log did not answer";
    case LogError::poison:
      return "the record is damaged";
    case LogError::not_found:
      return "the log ends before it";
  }
  return "unknown";
}

/// Of `sip:<user name>@<domain>`.
std::string user_name_of(const std::string& sip_uri) {
  const std::size_t begin = sip_uri.find(':') + 1;
  return sip_uri.substr(begin, sip_uri.rfind('@') - begin);
}

std::optional<Sequence> sequence_of(const ViewReader& views, const TenantId& tenant, const ConfigId& id, Version version) {
  std::string stored;
  if (!views.get(Family::history, history_key(tenant, id, version), stored)) return std::nullopt;
  return Sequence{decode_number(stored)};
}

/// The newest of a config's events. Asks for the first one first: for an id that never was, that is a look into a filter, not a search.
std::optional<std::pair<Version, Sequence>> last_event(const ViewReader& views, const TenantId& tenant, const ConfigId& id) {
  if (!sequence_of(views, tenant, id, {1})) return std::nullopt;
  const std::string prefix = config_key(tenant, id);
  const auto cursor = views.cursor(Family::history, prefix);
  cursor->seek_before(history_key(tenant, id, {~0ULL}));
  if (!cursor->valid()) return std::nullopt;
  return std::pair{Version{decode_number(cursor->key().substr(prefix.size()))}, Sequence{decode_number(cursor->value())}};
}

/// The first version whose event stands behind `after`; one past `last` when there is none. Versions have no gaps.
Version first_version_after(const ViewReader& views, const TenantId& tenant, const ConfigId& id, Version last, Sequence after) {
  std::uint64_t low = 1;
  std::uint64_t high = last.value + 1;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto sequence = sequence_of(views, tenant, id, {middle});
    if (!sequence) throw StoreFailure("a version is missing in the history of config " + id.text());
    if (*sequence > after) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return {low};
}

}  // namespace

Views::Views(const ViewStore& store, const EventLog& log, const Codec& codec) : store_(store), log_(log), codec_(codec) {}

std::optional<ConfigRow> Views::config(const TenantId& tenant, const ConfigId& id) const {
  std::string stored;
  if (!store_.get(Family::configs, config_key(tenant, id), stored)) return std::nullopt;
  return ConfigRow::decode(stored);
}

std::optional<ConfigState> Views::state(const TenantId& tenant, const ConfigId& id) const {
  std::optional<Sequence> sequence;
  if (const auto row = config(tenant, id)) {
    sequence = row->sequence;
  } else if (const auto last = last_event(store_, tenant, id)) {
    sequence = last->second;
  }
  if (!sequence) return std::nullopt;
  const Shown shown = event_at(*sequence);
  return state_after(shown.event, shown.record.sequence, shown.record.time);
}

std::optional<Config> Views::past(const TenantId& tenant, const ConfigId& id, Version version) const {
  const auto sequence = sequence_of(store_, tenant, id, version);
  if (!sequence) return std::nullopt;
  return event_at(*sequence).event.config;
}

std::optional<Holder> Views::holder(const PhoneNumber& number) const {
  std::string stored;
  if (!store_.get(Family::numbers, number.text(), stored)) return std::nullopt;
  return decode_holder(stored);
}

std::optional<IdempotencyRow> Views::idempotency(const TenantId& tenant, const Bytes16& key) const {
  std::string stored;
  if (!store_.get(Family::idempotency, idempotency_key(tenant, key), stored)) return std::nullopt;
  return IdempotencyRow::decode(stored);
}

std::optional<ListPage> Views::list(const ListRequest& request) const {
  const auto sip_username = [&](const ConfigRow& row) -> std::optional<std::string> {
    const auto uri = event_at(row.sequence).event.config.sip_uri;
    return uri ? std::optional(user_name_of(*uri)) : std::nullopt;
  };
  const auto snapshot = store_.snapshot();
  return Listing(*snapshot, request, sip_username).page();
}

std::optional<EventPage> Views::history(const TenantId& tenant, const ConfigId& id, Sequence after, std::size_t limit) const {
  const auto last = last_event(store_, tenant, id);
  if (!last) return std::nullopt;
  const Version first = first_version_after(store_, tenant, id, last->first, after);

  EventPage page{.events = {}, .next_after = after.value, .more = false};
  const auto cursor = store_.cursor(Family::history, config_key(tenant, id));
  for (cursor->seek(history_key(tenant, id, first)); cursor->valid(); cursor->next()) {
    if (!add(page, {decode_number(cursor->value())}, limit)) break;
  }
  return page;
}

EventPage Views::events(const TenantId& tenant, Sequence after, std::size_t limit) const {
  EventPage page{.events = {}, .next_after = after.value, .more = false};
  if (after.value == ~0ULL) return page;
  const auto cursor = store_.cursor(Family::events, tenant.view());
  for (cursor->seek(event_key(tenant, after.next())); cursor->valid(); cursor->next()) {
    if (!add(page, {decode_number(cursor->key().substr(tenant.bytes.size()))}, limit)) break;
  }
  return page;
}

bool Views::add(EventPage& page, Sequence next, std::size_t limit) const {
  page.more = page.events.size() == limit;
  if (page.more) return false;
  try {
    page.events.push_back(event_at(next));
  } catch (const LogDamaged&) {
    // What stands before it is sound. Whoever asks on meets it first of all.
    if (page.events.empty()) throw;
    page.more = true;
    return false;
  }
  page.next_after = next.value;
  return true;
}

Shown Views::event_at(Sequence sequence) const {
  const std::string place = "record " + std::to_string(sequence.value) + " cannot be read from the log: ";
  auto record = log_.at(sequence);
  if (!record && record.error() == LogError::poison) throw LogDamaged(place + text_of(record.error()));
  if (!record) throw LogFault(place + text_of(record.error()));
  auto event = event_of(*record, codec_);
  if (!event) throw LogDamaged(place + std::string(event.error().why));
  if (!*event) throw LogDamaged(place + "it is not an event of a config");
  return {std::move(*record), std::move(**event)};
}

Tail Views::position() const {
  std::string stored;
  return store_.get(Family::meta, kMetaPosition, stored) ? decode_position(stored) : Tail{};
}

std::uint64_t Views::live_configs(const TenantId& tenant) const {
  std::string stored;
  return store_.get(Family::counts, tenant.view(), stored) ? decode_number(stored) : 0;
}

}  // namespace dialin::projections
