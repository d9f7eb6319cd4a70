#pragma once
// A point of a log as people name it, in calls (`as_of`) and commands (`--to`, `--at`): a sequence, inclusive, or a time, which stands for
// the last record that is not later.

#include <optional>
#include <string_view>
#include <variant>

#include "domain/ids.h"
#include "domain/instant.h"

namespace dialin {

using LogPoint = std::variant<Sequence, Instant>;

/// A decimal number, 0 to 2^63 - 1 without leading zeros, is a sequence; anything else must be a time (Instant::parse).
std::optional<LogPoint> parse_log_point(std::string_view text);

/// Whether a record of this sequence and time comes after the point. A move's second record goes with its first, wherever the point is.
bool is_beyond(Sequence sequence, Instant time, const LogPoint& point);

/// What is said of any other text: `as_of must be …`.
constexpr std::string_view kNoLogPoint = "must be a sequence, or a time as 2026-05-04T14:05:00Z or 2026-05-04T16:05:00+02:00";

}  // namespace dialin
