#pragma once
// The line of one request, as text or as JSON. What callers had a hand in is written so that it can neither end the line nor the text that
// it stands in, whatever bytes it has. Pure; any thread.

#include <string>
#include <string_view>

#include "domain/answered_request.h"
#include "domain/instant.h"
#include "domain/telemetry.h"

namespace dialin::telemetry {

/// Of each text that callers had a hand in; what is longer is cut, and ends in `...`.
constexpr std::size_t kShownBytesMax = 1024;

/// A request without a key is machines' talk: debug. One that the server failed is a warning, all others are info.
Level level_of(const AnsweredRequest& request, const RouteName& route);

/// Appends it, with its end. `time`: when it was answered. Fields that are empty are left out.
void append_line(const AnsweredRequest& request, const RouteName& route, Instant time, bool as_json, std::string& out);

/// `text` as it stands in a line: what is not visible ASCII, `"` and `\` percent-encoded, as in the URL that it may come from.
void append_shown(std::string_view text, std::string& out);

}  // namespace dialin::telemetry
