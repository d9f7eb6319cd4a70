#pragma once
// Which distributed trace a request belongs to: the W3C Trace Context that its caller sent, read at the edge and carried into the events
// that the request makes. dialin measures no spans of its own, so what goes on is what came. Pure; any thread.

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace dialin {

struct Trace {
  std::string parent;  ///< `traceparent` of version 00, 55 characters; of an event in the log, whatever stands there
  std::string state;   ///< `tracestate`; empty: none

  /// 32 hex digits.
  std::string_view id() const;
  friend bool operator==(const Trace&, const Trace&) = default;
};

/// Null for the many requests and events that belong to none: then it costs next to nothing to carry.
using TraceRef = std::shared_ptr<const Trace>;
/// Whether both say the same, or nothing.
bool is_same(const TraceRef& a, const TraceRef& b);

/// The recommendation wants 512 characters to be passed on, and allows 32 members.
constexpr std::size_t kTraceStateBytesMax = 512;
constexpr std::size_t kTraceStateMembersMax = 32;

/// The trace of a request with these header fields, or nothing: what is malformed is no error, it only is no trace. Of a higher version
/// than 00 what 00 knows is read, and written as 00. A `state` that is malformed, larger than the bounds or empty is left out; else it
/// stays as it is, byte by byte.
std::optional<Trace> parse_trace(std::string_view parent, std::optional<std::string_view> state);

}  // namespace dialin
