// What a text may be: UTF-8 (RFC 3629), and how many characters.

#include "domain/validate.h"

namespace dialin {
namespace {

constexpr std::size_t kMalformed = 0;

std::uint32_t byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

bool is_continuation(std::uint32_t byte) {
  return (byte & 0xC0) == 0x80;
}

/// The bytes of the character that begins at `at`; kMalformed for overlong forms, surrogates, what is past U+10FFFF, and cut characters.
std::size_t character_bytes(std::string_view text, std::size_t at) {
  const std::uint32_t first = byte_at(text, at);
  if (first < 0x80) return 1;
  const std::uint32_t second = byte_at(text, at + 1);
  if (first < 0xC2 || first > 0xF4 || !is_continuation(second)) return kMalformed;
  if (first < 0xE0) return 2;
  if (!is_continuation(byte_at(text, at + 2))) return kMalformed;
  if (first < 0xF0) {
    const bool overlong = first == 0xE0 && second < 0xA0;
    const bool surrogate = first == 0xED && second >= 0xA0;
    return overlong || surrogate ? kMalformed : 3;
  }
  const bool overlong = first == 0xF0 && second < 0x90;
  const bool past_last = first == 0xF4 && second >= 0x90;
  return overlong || past_last || !is_continuation(byte_at(text, at + 3)) ? kMalformed : 4;
}

/// How many characters; nothing when the text is not UTF-8.
std::optional<std::size_t> characters_of(std::string_view text) {
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size(); ++characters) {
    const std::size_t bytes = character_bytes(text, at);
    if (bytes == kMalformed) return std::nullopt;
    at += bytes;
  }
  return characters;
}

}  // namespace

bool is_utf8(std::string_view text) {
  return characters_of(text).has_value();
}

std::optional<BrokenRule> check_text(std::string_view text, std::size_t characters_min, std::size_t characters_max) {
  const std::optional<std::size_t> characters = characters_of(text);
  if (!characters) return BrokenRule{"must be valid UTF-8"};
  if (text.find('\0') != std::string_view::npos) return BrokenRule{"must not contain the character NUL (U+0000)"};
  if (*characters < characters_min || *characters > characters_max) {
    return BrokenRule{"must be " + std::to_string(characters_min) + " to " + std::to_string(characters_max) + " characters long, not " +
                      std::to_string(*characters)};
  }
  return std::nullopt;
}

}  // namespace dialin
