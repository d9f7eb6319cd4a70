#include "infra/codec/trace_json.h"

namespace dialin::codec {

void write_trace(const TraceRef& trace, JsonWriter& writer) {
  if (!trace) return;
  writer.name("traceparent");
  writer.text(trace->parent);
  if (trace->state.empty()) return;
  writer.name("tracestate");
  writer.text(trace->state);
}

}  // namespace dialin::codec
