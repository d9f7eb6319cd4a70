#pragma once
// The fold: what a config is after one more event. Pure; used by the writer's overlay, verify, and tests. (The views need no fold: an
// event is self-contained, see event.h.)

#include <optional>
#include <string_view>

#include "domain/config.h"
#include "domain/event.h"

namespace dialin {

/// The state after `event`, which was recorded at `sequence` and `time`. Needs no state before, because events are self-contained.
ConfigState state_after(const Event& event, Sequence sequence, Instant time);
/// The same in the place of an earlier state, whose memory is used again.
void advance(ConfigState& state, const Event& event, Sequence sequence, Instant time);

/// Whether `event` may follow `before` (nothing: the config never was): names, versions, provenance, `changed` and `before` as the two
/// states say. Empty when it may, else what is wrong, static text. For verify and for assertions in tests.
std::string_view check_step(const ConfigState* before, const Event& event, Sequence sequence, Instant time);

}  // namespace dialin
