#pragma once
// A point in time, and the port that tells it. Times on the chain are UTC microseconds since 1970.

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dialin {

struct Instant {
  std::int64_t us = 0;
  friend auto operator<=>(const Instant&, const Instant&) = default;

  /// RFC 3339, UTC, always six decimals: `2026-05-04T13:05:00.000000Z`. What lies outside the years 1970 to 9999 is shown as the nearest of
  /// their ends.
  std::string rfc3339() const;
  /// Any RFC 3339 date-time with an offset or `Z`, up to nine decimals (those past the sixth are dropped), years 1970 to 9999.
  /// A leap second counts as the second after it, as POSIX time does.
  static std::optional<Instant> parse(std::string_view text);
};

/// Port: the wall clock. Any thread. It may jump either way; the chain's own times never go back (see next_time).
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
};

/// The time of the record that follows one of time `last`: never equal, never earlier.
inline Instant next_time(Instant clock, Instant last) {
  return clock > last ? clock : Instant{last.us + 1};
}

}  // namespace dialin
