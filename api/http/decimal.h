#pragma once
// Numbers as the contract writes them: digits alone, without sign, blanks or leading zeros.

#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace dialin::http {

/// 0 to 2^63 - 1; nothing for anything else.
inline std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
  }
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  return number;
}

}  // namespace dialin::http
