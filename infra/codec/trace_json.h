#pragma once
// A trace among the members of an event: the same in the log and where events are shown.

#include "domain/trace.h"
#include "infra/codec/json_writer.h"

namespace dialin::codec {

/// `traceparent`, and `tracestate` if there is one; nothing of no trace.
void write_trace(const TraceRef& trace, JsonWriter& writer);

}  // namespace dialin::codec
