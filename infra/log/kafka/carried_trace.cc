#include "infra/log/kafka/carried_trace.h"

#include <algorithm>
#include <functional>

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
  static const std::boyer_moore_horspool_searcher kSearch(kParent.begin(), kParent.end());
  const auto* const found = std::search(value.begin(), value.end(), kSearch);
  if (found == value.end()) return {};
  std::string_view rest = value.substr(static_cast<std::size_t>(found - value.begin()) + kParent.size());
  Trace trace{.parent = take_text(rest), .state = {}};
  if (trace.parent.empty() || !rest.starts_with(kState)) return trace;
  rest.remove_prefix(kState.size());
  trace.state = take_text(rest);
  return trace;
}

}  // namespace dialin::log::kafka
