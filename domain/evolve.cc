#include "domain/evolve.h"

namespace dialin {
namespace {

using Fault = std::string_view;
constexpr Fault kNoFault{};

bool same_properties(const Config& a, const Config& b) {
  return difference(a, b).empty();
}

/// What every event of a config with a past keeps.
Fault check_kept(const ConfigState& before, const Event& event, Sequence sequence, Instant time) {
  if (event.tenant != before.tenant || event.config_id != before.id) return "the event is another config's";
  if (sequence <= before.sequence) return "the sequence does not increase";
  if (time <= before.updated_at) return "the time does not increase";
  if (event.config.category != before.config.category) return "the category changes";
  if (event.created_at != before.created_at) return "the time of the first event is not kept";
  if (event.created_sequence != before.created_sequence) return "the sequence of the first event is not kept";
  if (event.moved_from) return "a config with a past comes from a move";
  return kNoFault;
}

Fault check_changes(const Event& event, PropertySet changed, const Config& earlier) {
  if (event.changed != changed) return "the changed properties are not those that differ";
  if (!same_properties(event.before, earlier)) return "the earlier values are not those that were";
  return kNoFault;
}

Fault check_first(const Event& event) {
  if (event.name != EventName::created) return "the first event of a config is not its creation";
  if (event.version != Version{1}) return "the first version is not 1";
  if (event.created_at || event.created_sequence) return "a first event names another one as the first";
  if (event.restored_from) return "a config without a past is restored";
  if (event.moved_to) return "a creation begins a move";
  if (event.moved_from == event.config_id) return "a config moves from itself";
  return check_changes(event, set_properties(event.config), Config{});
}

Fault check_restored(const Event& event) {
  if (!event.restored_from) return kNoFault;
  return *event.restored_from < Version{1} || *event.restored_from >= event.version ? "the restored version is not an earlier one"
                                                                                    : kNoFault;
}

Fault check_recreated(const ConfigState& before, const Event& event) {
  if (!before.deleted) return "a live config is created again";
  if (!event.restored_from) return "a deleted config comes back without a restore";
  if (event.moved_to) return "a creation begins a move";
  return check_changes(event, set_properties(event.config), Config{});
}

Fault check_updated(const ConfigState& before, const Event& event) {
  if (before.deleted) return "a deleted config is updated";
  if (event.moved_to) return "an update begins a move";
  const PropertySet changed = difference(before.config, event.config);
  if (changed.empty()) return "an update changes nothing";
  if (changed.has(Property::sip_uri)) return "the sip_uri changes";
  return check_changes(event, changed, only(before.config, changed));
}

Fault check_successor(const Event& deletion, const Event& successor) {
  if (successor.name != EventName::created || successor.version != Version{1}) return "a move does not end in a new config";
  if (successor.tenant != deletion.tenant) return "a move ends in another tenant";
  if (successor.config_id == deletion.config_id) return "a config moves to itself";
  if (successor.config.category == deletion.config.category) return "a move keeps the category";
  if (successor.moved_from != deletion.config_id) return "a move's creation does not name where it comes from";
  if (deletion.idempotency) return "a move's deletion remembers an idempotency key";
  return check_first(successor);
}

Fault check_deleted(const ConfigState& before, const Event& event) {
  if (before.deleted) return "a deleted config is deleted";
  if (event.config != before.config) return "a deletion's config is not the one that was";
  if (event.restored_from) return "a deletion restores";
  const Fault fault = check_changes(event, set_properties(before.config), before.config);
  return fault.empty() && event.moved_to ? check_successor(event, *event.moved_to) : fault;
}

Fault check_named(const ConfigState& before, const Event& event) {
  switch (event.name) {
    case EventName::created:
      return check_recreated(before, event);
    case EventName::updated:
      return check_updated(before, event);
    case EventName::deleted:
      return check_deleted(before, event);
  }
  return "the event has no name";
}

}  // namespace

ConfigState state_after(const Event& event, Sequence sequence, Instant time) {
  ConfigState state;
  advance(state, event, sequence, time);
  return state;
}

void advance(ConfigState& state, const Event& event, Sequence sequence, Instant time) {
  state.tenant = event.tenant;
  state.id = event.config_id;
  state.config = event.config;
  state.version = event.version;
  state.sequence = sequence;
  state.updated_at = time;
  state.created_at = event.created_at.value_or(time);
  state.created_sequence = event.created_sequence.value_or(sequence);
  state.deleted = event.name == EventName::deleted;
}

std::string_view check_step(const ConfigState* before, const Event& event, Sequence sequence, Instant time) {
  if (before == nullptr) return check_first(event);
  if (event.version != before->version.next()) return "the version does not follow";
  for (const Fault fault : {check_kept(*before, event, sequence, time), check_restored(event)}) {
    if (!fault.empty()) return fault;
  }
  return check_named(*before, event);
}

}  // namespace dialin
