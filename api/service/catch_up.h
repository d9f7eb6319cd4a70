#pragma once
// Brings the views of a running writer back into step with its log, out of the log: after the views could not take what the log had
// already stored, or when the log holds records that the writer did not make. Writer's thread.

#include <functional>
#include <string>

#include "domain/codec.h"
#include "domain/event_log.h"
#include "projections/projector.h"

namespace dialin::service {

using AppliedEntries = std::shared_ptr<const std::vector<projections::Entry>>;

/// Applies what stands in the log behind projector.position(), up to the log's tail; `applied` is told of every batch. On a shared log not
/// what breaks the domain's rules (projections/soundness.h). `views`: those that the projector writes. Empty when in step,
/// else why not, as a sentence; what was applied until then stays applied.
std::string catch_up(const EventLog& log, const Codec& codec, const ViewReader& views, projections::Projector& projector,
                     const std::function<void(AppliedEntries)>& applied);

/// projector.apply(), a failing read inside it being the store's failure too.
Result<void, StoreError> apply(projections::Projector& projector, std::span<const projections::Entry> entries);

std::string_view sentence_of(StoreError error);

}  // namespace dialin::service
