#include "api/service/decider.h"

#include "api/service/answers.h"
#include "domain/evolve.h"
#include "domain/invariant.h"

namespace dialin::service {
namespace {

constexpr std::size_t kUsualValueBytes = 1024;  // an event is 700 to 900 bytes

WriteResult unreadable(const Command& command, const std::exception& why) {
  return refused(command, std::string("what is stored cannot be read: ") + why.what());
}

}  // namespace

WriteResult Decider::decide(const Command& command, Group& group, Place& place) {
  try {
    if (may_be_stored_before(command)) {
      if (auto before = answered_before(command, next_time(place.clock, place.last_time))) return std::move(*before);
    }
    auto decision = dialin::decide(command, overlay_, rules_);
    WriteResult result;
    if (auto* refusal = std::get_if<Refusal>(&decision)) {
      result.code = WriteCode::refused;
      result.refusal = std::move(*refusal);
      return result;
    }
    if (auto* unchanged = std::get_if<Unchanged>(&decision)) {
      result.code = WriteCode::unchanged;
      result.state = std::move(unchanged->state);
      return result;
    }
    return outcome_of(std::move(std::get<Decided>(decision)), command.dry_run, group, place);
  } catch (const StoreFailure& failure) {
    return unreadable(command, failure);
  } catch (const projections::LogFault& fault) {
    return unreadable(command, fault);
  }
}

std::optional<WriteResult> Decider::answered_before(const Command& command, Instant time) {
  WriteResult result;
  if (overlay_.is_running(command.tenant, command.idempotency->key)) {
    result.code = WriteCode::idempotency_running;
    return result;
  }
  const auto row = views_.idempotency(command.tenant, command.idempotency->key);
  if (!row || row->time.us + kIdempotencyRemembered_us <= time.us) return std::nullopt;
  if (row->request == command.idempotency->request) return replay(row->sequence);
  result.code = WriteCode::idempotency_mismatch;
  return result;
}

WriteResult Decider::replay(Sequence sequence) {
  const projections::Shown first = views_.event_at(sequence);
  WriteResult result;
  result.code = WriteCode::replayed;
  result.state = state_after(first.event, first.record.sequence, first.record.time);
  result.moved_from = first.event.moved_from;
  result.sequence = sequence;
  telemetry_.add(Counter::idempotent_replays);
  return result;
}

WriteResult Decider::outcome_of(Decided events, bool dry_run, Group& group, Place& place) {
  invariant(!events.empty() && events.size() <= 2, "a decision is one event, or the two of a move");
  if (dry_run) return would_store(events, place);
  WriteResult result;
  result.code = WriteCode::stored;
  Instant time = next_time(place.clock, place.last_time);
  for (Event& event : events) {
    record(std::move(event), time, group, place, result);
    ++time.us;  // a move's creation stands exactly one microsecond after its deletion
  }
  return result;
}

WriteResult Decider::would_store(const Decided& events, const Place& place) const {
  WriteResult result;
  result.code = WriteCode::would_store;
  const Instant time{next_time(place.clock, place.last_time).us + static_cast<std::int64_t>(events.size()) - 1};
  result.state = state_after(events.back(), {place.last_sequence.value + events.size()}, time);
  result.moved_from = events.back().moved_from;
  return result;
}

void Decider::record(Event event, Instant time, Group& group, Place& place, WriteResult& result) {
  Record& record = group.records.emplace_back();
  record.type = record_type_of(event.name);
  record.tenant = event.tenant;
  record.config = event.config_id;
  record.time = time;
  record.value.reserve(kUsualValueBytes);
  codec_.encode(event, record.value);
  invariant(record.value.size() <= kRecordValueBytesMax, "an event of fit values fits into a record");
  place.last_sequence = place.last_sequence.next();
  place.last_time = time;

  auto& entries = *group.entries;
  invariant(entries.size() < entries.capacity(), "a group's events never move");
  entries.push_back({Record{}, std::move(event)});
  const Event& settled = *entries.back().event;
  result.state = overlay_.decided(settled, place.last_sequence, time);
  result.moved_from = settled.moved_from;
  result.sequence = place.last_sequence;
}

}  // namespace dialin::service
