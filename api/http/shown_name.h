#pragma once
// A caller's own word in an error: long enough to be recognised, never cut within a character.

#include <string>
#include <string_view>

namespace dialin::http {

constexpr std::size_t kShownNameBytesMax = 64;

/// `name` is UTF-8.
inline std::string shown_name(std::string_view name) {
  if (name.size() <= kShownNameBytesMax) return std::string(name);
  std::size_t end = kShownNameBytesMax;
  while ((static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U) --end;
  return std::string(name.substr(0, end)) + "…";
}

}  // namespace dialin::http
