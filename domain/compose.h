#pragma once
// How a decision that has been made becomes events: versions, `changed`, `before` and provenance are filled in here and nowhere else.
// Part of decide(); pure.

#include "domain/decide.h"

namespace dialin {

/// The first event of the config `command.fresh.id`.
Event creation_of(const Command& command, Config config);
/// Brings a deleted config back with `config`; the restored version is for the caller to fill in.
Event recreation_of(const Command& command, const ConfigState& deleted, Config config);
/// `changed`: what differs between `before` and `config`, not empty.
Event update_of(const Command& command, const ConfigState& before, Config config, PropertySet changed);
Event deletion_of(const Command& command, const ConfigState& before);
/// The deletion of `before` with its successor `command.fresh.id` in it, and that successor's creation.
Decided move_of(const Command& command, const ConfigState& before, Config config);

/// A decision of one event.
Decided one(Event event);

}  // namespace dialin
