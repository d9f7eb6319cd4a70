#pragma once
// What the writes of a group are told once the log has answered, and how that is said.

#include <functional>

#include "api/service/group.h"

namespace dialin::service {

/// All is stored and applied: everyone gets what was decided. `applied`: what answers that stored nothing reflect.
void answer_stored(Group& group, Sequence applied);
/// The log did not take the group, or does not say whether it did.
void answer_failed(Group& group, LogError error, Sequence applied);
/// The log has the group and the views could not take it.
void answer_not_applied(Group& group, std::string_view why, Sequence applied);

/// Of a group of which a beginning is stored and applied: `is_stored` tells of a write that had something to store.
void answer_partly(Group& group, const std::function<bool(const WriteResult&)>& is_stored, Sequence applied);

/// Whether an answer says how things are now: that there is no such config, or that a number is held. It stores nothing, so that no record
/// proves that it was true.
bool speaks_of_the_present(WriteCode code);
/// Moves such answers from `group` to `others`.
void take_out_what_speaks_of_the_present(Group& group, std::vector<Held>& others);
/// It cannot be said whether they are true.
void answer_unconfirmed(std::vector<Held>& answers, std::string_view why, Sequence applied);

/// For a write that cannot be decided. With an Idempotency-Key it may be the repetition of one that is stored and not applied yet, so
/// that "nothing was stored" would be wrong.
WriteResult refused(const Command& command, std::string_view why);
/// While the views are out of step nothing is decided, so nothing is stored.
WriteResult refused_by_trouble(std::string_view why);

}  // namespace dialin::service
