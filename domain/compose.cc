#include "domain/compose.h"

#include <utility>

namespace dialin {
namespace {

Event event_of(const Command& command, EventName name, const ConfigId& id, Version version) {
  Event event;
  event.name = name;
  event.tenant = command.tenant;
  event.config_id = id;
  event.version = version;
  event.actor = command.actor;
  event.request_id = command.request_id;
  event.trace = command.trace;
  event.idempotency = command.idempotency;
  return event;
}

Event next_event(const Command& command, EventName name, const ConfigState& before) {
  Event event = event_of(command, name, before.id, before.version.next());
  event.created_at = before.created_at;
  event.created_sequence = before.created_sequence;
  return event;
}

/// All that is set in a creation is new.
Event with_all_new(Event event, Config config) {
  event.changed = set_properties(config);
  event.before.category = config.category;
  event.config = std::move(config);
  return event;
}

}  // namespace

Event creation_of(const Command& command, Config config) {
  return with_all_new(event_of(command, EventName::created, command.fresh.id, Version{1}), std::move(config));
}

Event recreation_of(const Command& command, const ConfigState& deleted, Config config) {
  return with_all_new(next_event(command, EventName::created, deleted), std::move(config));
}

Event update_of(const Command& command, const ConfigState& before, Config config, PropertySet changed) {
  Event event = next_event(command, EventName::updated, before);
  event.changed = changed;
  event.before = only(before.config, changed);
  event.config = std::move(config);
  return event;
}

Event deletion_of(const Command& command, const ConfigState& before) {
  Event event = next_event(command, EventName::deleted, before);
  event.changed = set_properties(before.config);
  event.before = before.config;
  event.config = before.config;
  return event;
}

Decided move_of(const Command& command, const ConfigState& before, Config config) {
  Event creation = creation_of(command, std::move(config));
  creation.moved_from = before.id;
  Event deletion = deletion_of(command, before);
  deletion.idempotency.reset();
  deletion.moved_to = std::make_shared<const Event>(creation);
  Decided events;
  events.reserve(2);
  events.push_back(std::move(deletion));
  events.push_back(std::move(creation));
  return events;
}

Decided one(Event event) {
  Decided events;
  events.push_back(std::move(event));
  return events;
}

}  // namespace dialin
