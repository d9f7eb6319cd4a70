// The fields of a trace, one a line: what is taken is what goes on.

#include "domain/trace.h"

#include "fuzz/fuzz.h"

using namespace dialin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::Pieces lines(fuzz::text_of(bytes, size));
  const std::string_view parent = lines.line();
  const auto trace = parse_trace(parent, lines.rest());
  if (!trace) return 0;
  fuzz::must(trace->parent.size() == 55 && trace->parent.starts_with("00-"), "a trace is written in version 00");
  fuzz::must(trace->parent.substr(2, 51) == parent.substr(2, 51), "ids go on as they came");
  if (parent.starts_with("00")) fuzz::must(trace->parent == parent, "what is of version 00 goes on as it came");
  fuzz::must(trace->id().size() == 32 && trace->id().find_first_not_of('0') != std::string_view::npos,
             "a trace has an id that is not zero");
  fuzz::must(trace->state.size() <= kTraceStateBytesMax && (trace->state.empty() || trace->state == lines.rest()),
             "a state is whole or left out");
  const auto again = parse_trace(trace->parent, trace->state);
  fuzz::must(again && *again == *trace, "what goes on is taken again");
  return 0;
}
