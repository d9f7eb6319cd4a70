#pragma once
// What the writes of a group are told once the log has answered, and how that is said.

#include "api/service/group.h"

namespace dialin::service {

/// All is stored and applied: everyone gets what was decided. `applied`: what answers that stored nothing reflect.
void answer_stored(Group& group, Sequence applied);
/// The log did not take the group, or does not say whether it did.
void answer_failed(Group& group, LogError error, Sequence applied);
/// The log has the group and the views could not take it.
void answer_not_applied(Group& group, std::string_view why, Sequence applied);

/// For a write that cannot be decided. With an Idempotency-Key it may be the repetition of one that is stored and not applied yet, so
/// that "nothing was stored" would be wrong.
WriteResult refused(const Command& command, std::string_view why);
/// While the views are out of step nothing is decided, so nothing is stored.
WriteResult refused_by_trouble(std::string_view why);

}  // namespace dialin::service
