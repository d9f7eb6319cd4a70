#pragma once
// Builds views from records that are read once, front to end, by whoever has no log to ask: a replay, whose log is still being copied.

#include <string>

#include "domain/codec.h"
#include "domain/event_log.h"
#include "projections/open_views.h"

namespace dialin::projections {

/// Makes views of all that `records` gives, which begins with the first record of `log`, in `dir`, which must hold none. Returns where they
/// stand. Reading and decoding run on a thread of their own, as in open_views(). `is_believed`: a writer of ours has decided every event,
/// so that the domain's rules need not be looked at again; else the first record that breaks one is OpenViewsError::log.
Result<Tail, OpenViewsFailure> load_views(const std::string& dir, const LogId& log, RecordReader& records, bool is_believed,
                                          const Codec& codec, const ViewStores& stores);

}  // namespace dialin::projections
