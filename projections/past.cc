#include "projections/past.h"

#include <algorithm>

#include "domain/evolve.h"
#include "projections/projector.h"

namespace dialin::projections {

Sequence Past::sequence_at(Instant time) const {
  std::string stored;
  const Tail position = views_.get(Family::meta, kMetaPosition, stored) ? decode_position(stored) : Tail{};
  if (time >= position.time) return position.sequence;

  std::uint64_t low = 0;  // the last one that is known to be early enough
  const auto cursor = views_.cursor(Family::times, {});
  cursor->seek_before(time_key(time));
  if (time.us >= 0 && cursor->valid()) low = decode_number(cursor->value());
  std::uint64_t high = std::min(low + kTimeStride, position.sequence.value);  // the first one that is known to be too late
  while (low + 1 < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    (record_at(log_, {middle}).time <= time ? low : high) = middle;
  }
  return {low};
}

Sequence Past::whole(Sequence sequence) const {
  if (sequence.value == 0) return sequence;
  const Record record = record_at(log_, sequence);
  if (record.type != record_type_of(EventName::deleted)) return sequence;
  const auto event = event_of(record, codec_);
  return event && *event && (*event)->moved_to ? sequence.next() : sequence;
}

std::optional<Past::State> Past::state(const TenantId& tenant, const ConfigId& id, Sequence as_of) const {
  std::optional<Sequence> created;
  std::optional<VersionPlace> later;
  if (std::string stored; views_.get(Family::configs, config_key(tenant, id), stored)) {
    const ConfigRow::Place place = ConfigRow::place_in(stored);
    if (place.sequence <= as_of) return State{ConfigRow::decode(stored), {}};
    created = place.created_sequence;
    later = {place.version, place.sequence};
  } else {
    created = sequence_of(views_, tenant, id, {1});
  }
  if (!created || *created > as_of) return std::nullopt;
  return logged(last_event(views_, tenant, id, as_of, {{1}, *created}, later, std::nullopt));
}

std::optional<Past::State> Past::changed_state(const TenantId& tenant, const ConfigId& id, Sequence as_of, Sequence created,
                                               Version guess) const {
  return logged(last_event(views_, tenant, id, as_of, {{1}, created}, std::nullopt, guess));
}

std::optional<Past::State> Past::logged(VersionPlace place) const {
  Shown shown = event_at(log_, codec_, place.sequence);
  if (shown.event.name == EventName::deleted) return std::nullopt;
  return State{{}, std::move(shown)};
}

Config Past::config_of(const State& state) const {
  return state.event ? state.event->event.config : event_at(log_, codec_, state.row->sequence).event.config;
}

ConfigRow Past::row_of(State state) const {
  if (state.row) return std::move(*state.row);
  return ConfigRow::of(state_after(state.event->event, state.event->record.sequence, state.event->record.time), codec_);
}

std::optional<Holder> Past::holder(const PhoneNumber& number, Sequence as_of) const {
  const auto cursor = views_.cursor(Family::number_history, number_history_prefix(number));
  cursor->seek_before(number_history_key(number, as_of));
  if (!cursor->valid()) return std::nullopt;
  const NumberRow row = NumberRow::decode(cursor->value());
  return row.is_taken ? std::optional(row.holder) : std::nullopt;
}

std::uint64_t Past::live_configs(const TenantId& tenant, Sequence as_of) const {
  const auto cursor = views_.cursor(Family::count_history, tenant.view());
  cursor->seek_before(count_history_key(tenant, as_of));
  return cursor->valid() ? decode_number(cursor->value()) : 0;
}

}  // namespace dialin::projections
