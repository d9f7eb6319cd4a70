#include "projections/views.h"

#include "domain/evolve.h"
#include "projections/listing.h"
#include "projections/past.h"
#include "projections/past_listing.h"
#include "projections/versions.h"

namespace dialin::projections {
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
    sequence = last->sequence;
  }
  if (!sequence) return std::nullopt;
  const Shown shown = event_at(*sequence);
  return state_after(shown.event, shown.record.sequence, shown.record.time);
}

std::optional<Config> Views::past(const TenantId& tenant, const ConfigId& id, Version version) const {
  std::optional<Shown> shown = version_event(tenant, id, version);
  if (!shown) return std::nullopt;
  return std::move(shown->event.config);
}

std::optional<Shown> Views::version_event(const TenantId& tenant, const ConfigId& id, Version version) const {
  const auto sequence = sequence_of(store_, tenant, id, version);
  if (!sequence) return std::nullopt;
  return event_at(*sequence);
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
  const auto snapshot = store_.snapshot();
  if (request.as_of) {
    const Past past(*snapshot, log_, codec_);
    return PastListing(past, request).page();
  }
  const auto sip_username = [&](const ConfigRow& row) { return sip_username_of(event_at(row.sequence).event.config); };
  return Listing(*snapshot, request, sip_username).page();
}

std::optional<EventPage> Views::history(const TenantId& tenant, const ConfigId& id, Sequence after, std::size_t limit,
                                        Sequence until) const {
  const auto last = last_event(store_, tenant, id);
  if (!last || *sequence_of(store_, tenant, id, {1}) > until) return std::nullopt;
  const Version first = first_version_after(store_, tenant, id, last->version, after);

  EventPage page{.events = {}, .next_after = after.value, .more = false};
  const auto cursor = store_.cursor(Family::history, config_key(tenant, id));
  for (cursor->seek(history_key(tenant, id, first)); cursor->valid(); cursor->next()) {
    const Sequence sequence{decode_number(cursor->value())};
    if (sequence > until || !add(page, sequence, limit)) break;
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
  return projections::event_at(log_, codec_, sequence);
}

bool Views::can_look_back() const {
  std::string schema;
  return store_.get(Family::meta, kMetaSchema, schema) && decode_schema(schema) >= kSchemaOfThePast;
}

Sequence Views::sequence_at(Instant time) const {
  return Past(store_, log_, codec_).sequence_at(time);
}

Sequence Views::whole(Sequence sequence) const {
  return Past(store_, log_, codec_).whole(sequence);
}

std::optional<ConfigRow> Views::config_as_of(const TenantId& tenant, const ConfigId& id, Sequence as_of) const {
  const Past past(store_, log_, codec_);
  auto state = past.state(tenant, id, as_of);
  return state ? std::optional(past.row_of(std::move(*state))) : std::nullopt;
}

std::optional<Holder> Views::holder_as_of(const PhoneNumber& number, Sequence as_of) const {
  return Past(store_, log_, codec_).holder(number, as_of);
}

std::optional<NumberPage> Views::number_history(const TenantId& tenant, const PhoneNumber& number, Sequence after, std::size_t limit,
                                                Sequence until) const {
  return projections::number_history(store_, tenant, number, after, limit, until);
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
