// What an `hmac` may be: RFC 4648 base64 (section 4) in the one form that each secret has.

#include "domain/validate.h"

namespace dialin {
namespace {

constexpr std::size_t kSecretBytesMin = 16;
constexpr std::size_t kSecretBytesMax = 64;

/// The six bits a character stands for; nothing outside the standard alphabet.
std::optional<unsigned> bits_of(char character) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::size_t at = alphabet.find(character);
  if (at == std::string_view::npos) return std::nullopt;
  return static_cast<unsigned>(at);
}

/// How many bytes `text` stands for; nothing when it is not canonical: padded, and the bits that no byte takes are zero.
std::optional<std::size_t> decoded_bytes(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  const std::string_view characters = text.substr(0, text.size() - padding);
  unsigned last = 0;
  for (const char character : characters) {
    const std::optional<unsigned> bits = bits_of(character);
    if (!bits) return std::nullopt;
    last = *bits;
  }
  const unsigned unused = padding == 2 ? 0x0F : padding == 1 ? 0x03 : 0;
  if ((last & unused) != 0) return std::nullopt;
  return text.size() / 4 * 3 - padding;
}

}  // namespace

std::optional<BrokenRule> check_secret(std::string_view text) {
  const std::optional<std::size_t> bytes = decoded_bytes(text);
  if (!bytes) return BrokenRule{"must be base64 (RFC 4648: the standard alphabet, padded with =) of 16 to 64 bytes"};
  if (*bytes < kSecretBytesMin || *bytes > kSecretBytesMax) {
    return BrokenRule{"must be base64 of 16 to 64 bytes, not of " + std::to_string(*bytes)};
  }
  return std::nullopt;
}

}  // namespace dialin
