#include "infra/log/kafka/carried_trace.h"

#include <cstring>

namespace dialin::log::kafka {
namespace {

// In a text every quote is escaped, so what looks like a member is one. That of the event itself stands before those of its successor.
constexpr std::string_view kParent = R"("traceparent":")";
constexpr std::string_view kState = R"(,"tracestate":")";

/// The text that `rest` begins with, up to the quote that ends it, which is taken off, too. Only quotes and backslashes may be escaped:
/// nothing else in a trace must be.
std::string take_text(std::string_view& rest) {
  std::string text;
  for (std::size_t at = 0; at < rest.size(); ++at) {
    if (rest[at] == '"') {
      rest.remove_prefix(at + 1);
      return text;
    }
    if (rest[at] == '\\' && (++at == rest.size() || (rest[at] != '"' && rest[at] != '\\'))) break;
    text += rest[at];
  }
  rest = {};
  return {};
}

}  // namespace

Trace trace_in(std::string_view value) {
  // Of a text that is full of quotes it makes half of what the searchers of the standard library take.
  const auto* const found = static_cast<const char*>(::memmem(value.data(), value.size(), kParent.data(), kParent.size()));
  if (found == nullptr) return {};
  std::string_view rest = value.substr(static_cast<std::size_t>(found - value.data()) + kParent.size());
  Trace trace{.parent = take_text(rest), .state = {}};
  if (trace.parent.empty() || !rest.starts_with(kState)) return trace;
  rest.remove_prefix(kState.size());
  trace.state = take_text(rest);
  return trace;
}

}  // namespace dialin::log::kafka
