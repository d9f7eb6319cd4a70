#include "domain/log_point.h"

#include <algorithm>
#include <charconv>

namespace dialin {
namespace {

std::optional<Sequence> parse_sequence(std::string_view text) {
  const bool is_number = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  std::int64_t number = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc()) return std::nullopt;
  return Sequence{static_cast<std::uint64_t>(number)};
}

}  // namespace

std::optional<LogPoint> parse_log_point(std::string_view text) {
  if (const auto sequence = parse_sequence(text)) return *sequence;
  if (const auto time = Instant::parse(text)) return *time;
  return std::nullopt;
}

bool is_beyond(Sequence sequence, Instant time, const LogPoint& point) {
  if (const auto* last = std::get_if<Sequence>(&point)) return sequence > *last;
  return time > std::get<Instant>(point);
}

}  // namespace dialin
