#include "infra/codec/json_writer.h"

#include <bit>
#include <charconv>
#include <cstring>

#include "domain/base64.h"

namespace dialin::codec {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::uint64_t kEveryByte = 0x0101010101010101;

bool must_be_escaped(char c) {
  return static_cast<std::uint8_t>(c) < 0x20 || c == '"' || c == '\\';
}

/// The top bit of each byte of `word` that must be escaped. A borrow can also mark bytes above a marked one, so only the lowest mark is
/// exact.
std::uint64_t marks(std::uint64_t word) {
  const auto below = [](std::uint64_t bytes, std::uint64_t bound) { return (bytes - kEveryByte * bound) & ~bytes; };
  return (below(word, 0x20) | below(word ^ (kEveryByte * '"'), 1) | below(word ^ (kEveryByte * '\\'), 1)) & (kEveryByte * 0x80);
}

/// How many bytes at the beginning of `text` can be copied as they are. Eight at a time: most texts need no escape at all.
std::size_t clean_prefix(std::string_view text) {
  static_assert(std::endian::native == std::endian::little, "the lowest mark is the first byte");
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, sizeof word);
    if (const std::uint64_t found = marks(word); found != 0) return at + static_cast<std::size_t>(std::countr_zero(found)) / 8;
  }
  while (at < text.size() && !must_be_escaped(text[at])) ++at;
  return at;
}

void append_escaped(char c, std::string& out) {
  switch (c) {
    case '"':
      out.append("\\\"");
      return;
    case '\\':
      out.append("\\\\");
      return;
    case '\b':
      out.append("\\b");
      return;
    case '\f':
      out.append("\\f");
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '\t':
      out.append("\\t");
      return;
    default:
      out.append("\\u00");
      out.push_back(kHexDigits[static_cast<std::uint8_t>(c) >> 4]);
      out.push_back(kHexDigits[static_cast<std::uint8_t>(c) & 15]);
  }
}

}  // namespace

void JsonWriter::name(std::string_view plain) {
  separate();
  out_.push_back('"');
  out_.append(plain);
  out_.append("\":", 2);
}

void JsonWriter::text(std::string_view utf8) {
  out_.push_back('"');
  while (true) {
    const std::size_t clean = clean_prefix(utf8);
    out_.append(utf8.substr(0, clean));
    if (clean == utf8.size()) break;
    append_escaped(utf8[clean], out_);
    utf8.remove_prefix(clean + 1);
  }
  out_.push_back('"');
}

void JsonWriter::plain(std::string_view text) {
  out_.push_back('"');
  out_.append(text);
  out_.push_back('"');
}

void JsonWriter::text_or_null(std::optional<std::string_view> utf8) {
  if (utf8) {
    text(*utf8);
  } else {
    out_.append("null", 4);
  }
}

void JsonWriter::number(std::uint64_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out_.append(digits, end);
}

void JsonWriter::hex(std::span<const std::uint8_t> bytes) {
  out_.push_back('"');
  for (const std::uint8_t byte : bytes) {
    out_.push_back(kHexDigits[byte >> 4]);
    out_.push_back(kHexDigits[byte & 15]);
  }
  out_.push_back('"');
}

void JsonWriter::base64(std::string_view bytes) {
  out_.push_back('"');
  append_base64(bytes, out_);
  out_.push_back('"');
}

}  // namespace dialin::codec
