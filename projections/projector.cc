#include "projections/projector.h"

#include "domain/evolve.h"
#include "domain/invariant.h"
#include "projections/keys.h"
#include "projections/sealing_keys.h"

namespace dialin::projections {
namespace {

void check_order(const Tail& position, std::span<const Entry> entries) {
  const Tail* last = &position;
  Tail at;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Record& record = entries[i].record;
    invariant(record.sequence == last->sequence.next() && record.previous == last->id, "records are applied in the order of the chain");
    const auto& event = entries[i].event;
    if (event && event->moved_to) invariant(is_followed_by_its_creation(entries.subspan(i)), "a move is applied as a whole");
    at = tail_of(record);
    last = &at;
  }
}

bool changes_list_entry(const Event& event) {
  return event.name != EventName::updated || event.changed.has(Property::phone_number);
}

}  // namespace

bool is_followed_by_its_creation(std::span<const Entry> rest) {
  const Event& deletion = *rest.front().event;
  return rest.size() > 1 && rest[1].event && rest[1].event->name == EventName::created &&
         rest[1].event->config_id == deletion.moved_to->config_id;
}

Result<std::optional<Event>, NotAnEvent> event_of(const Record& record, const Codec& codec) {
  if (!is_event_type(record.type)) return std::optional<Event>();
  auto event = codec.decode(record);
  if (!event) return event.error();
  return std::optional<Event>(std::move(*event));
}

Result<Entry, NotAnEvent> entry_of(Record record, const Codec& codec) {
  auto event = event_of(record, codec);
  if (!event) return event.error();
  return Entry{std::move(record), std::move(*event)};
}

Projector::Projector(ViewStore& store, const Codec& codec, Tail position)
    : store_(store), codec_(codec), position_(position), batch_(store.batch()) {}

Result<void, StoreError> Projector::apply(std::span<const Entry> entries) {
  if (entries.empty()) return {};
  check_order(position_, entries);
  try {
    gather(entries);
  } catch (const StoreFailure&) {  // a count could not be read
    forget_gathered();
    return StoreError::failed;
  }
  const Result<void, StoreError> applied = store_.apply(*batch_);
  if (!applied) {
    forget_gathered();
    return applied;
  }
  position_ = tail_of(entries.back().record);
  if (counts_.size() > kTenantsInMemoryMax) counts_.clear();
  return {};
}

void Projector::gather(std::span<const Entry> entries) {
  for (const Entry& entry : entries) {
    const Record& record = entry.record;
    if (record.sequence.value % kTimeStride == 0) batch_->put(Family::times, time_key(record.time), encode_number(record.sequence.value));
    if (entry.event) project(record, *entry.event);
  }
  for (const TenantId& tenant : counts_changed_)
    batch_->put(Family::counts, tenant.view(), encode_number(static_cast<std::uint64_t>(counts_.at(tenant))));
  counts_changed_.clear();
  batch_->put(Family::meta, kMetaPosition, encode_position(tail_of(entries.back().record)));
}

/// What was gathered, counts included, is not in the store: they are read again.
void Projector::forget_gathered() {
  batch_ = store_.batch();
  counts_.clear();
  counts_changed_.clear();
  sealing_keys_noted_.clear();
}

void Projector::project(const Record& record, const Event& event) {
  move_number(record, event);
  note_sealing_key(event);
  put_row(record, event);
  note_life(record, event);
  if (event.name == EventName::created) change_count(event.tenant, +1, record.sequence);
  if (event.name == EventName::deleted) change_count(event.tenant, -1, record.sequence);

  batch_->put(Family::history, history_key(event.tenant, event.config_id, event.version), encode_number(record.sequence.value));
  batch_->put(Family::events, event_key(event.tenant, record.sequence), {});
  if (event.idempotency) {
    const IdempotencyRow row{record.time, event.idempotency->request, record.sequence};
    batch_->put(Family::idempotency, idempotency_key(event.tenant, event.idempotency->key), row.encode());
  }
}

void Projector::note_sealing_key(const Event& event) {
  if (event.config.hmac && sealing_keys_noted_.insert(event.config.hmac->key_id).second)
    batch_->put(Family::meta, sealing_key_note(event.config.hmac->key_id), {});
}

/// In the order of records, because a number may change hands within a batch.
void Projector::move_number(const Record& record, const Event& event) {
  const bool is_updated = event.name == EventName::updated;
  if (is_updated && !event.changed.has(Property::phone_number)) return;

  const auto& freed = is_updated ? event.before.phone_number : event.config.phone_number;
  if (event.name != EventName::created && freed) change_number(*freed, false, record, event);
  const auto& taken = event.config.phone_number;
  if (event.name != EventName::deleted && taken) change_number(*taken, true, record, event);
}

void Projector::change_number(const PhoneNumber& number, bool is_taken, const Record& record, const Event& event) {
  const Holder holder{event.tenant, event.config_id};
  if (is_taken) {
    batch_->put(Family::numbers, number.text(), encode_holder(holder));
  } else {
    batch_->remove(Family::numbers, number.text());
  }
  batch_->put(Family::number_history, number_history_key(number, record.sequence),
              NumberRow{holder, event.config.category, is_taken, record.time}.encode());
}

void Projector::put_row(const Record& record, const Event& event) {
  const Sequence created = event.created_sequence.value_or(record.sequence);
  const std::string key = config_key(event.tenant, event.config_id);
  if (event.name == EventName::deleted) {
    batch_->remove(Family::configs, key);
    batch_->remove(Family::by_tenant, by_tenant_key(event.tenant, created));
    return;
  }
  const ConfigState state = state_after(event, record.sequence, record.time);
  batch_->put(Family::configs, key, ConfigRow::of(state, codec_).encode());
  if (changes_list_entry(event))
    batch_->put(Family::by_tenant, by_tenant_key(event.tenant, created),
                ListEntry::encode(event.config_id, event.config.category, event.config.phone_number));
}

/// Where a config is found as of a past sequence.
void Projector::note_life(const Record& record, const Event& event) {
  const Sequence created = event.created_sequence.value_or(record.sequence);
  const bool is_back = event.name == EventName::created && event.restored_from;
  const bool has_other_number = event.name == EventName::updated && event.changed.has(Property::phone_number);
  if (is_back || has_other_number) batch_->put(Family::lives, lives_key(event.tenant, kUnsteady, created), {});
  if (event.name != EventName::deleted) return;
  const std::string entry = ListEntry::encode(event.config_id, event.config.category, event.config.phone_number);
  for (const SpanNode& node : nodes_of(created, record.sequence)) batch_->put(Family::lives, lives_key(event.tenant, node, created), entry);
}

void Projector::change_count(const TenantId& tenant, std::int64_t by, Sequence sequence) {
  auto [entry, is_new] = counts_.try_emplace(tenant, 0);
  std::string stored;
  if (is_new && store_.get(Family::counts, tenant.view(), stored)) entry->second = static_cast<std::int64_t>(decode_number(stored));
  entry->second += by;
  invariant(entry->second >= 0, "a tenant never has fewer than no configs");
  counts_changed_.insert(tenant);
  batch_->put(Family::count_history, count_history_key(tenant, sequence), encode_number(static_cast<std::uint64_t>(entry->second)));
}

}  // namespace dialin::projections
