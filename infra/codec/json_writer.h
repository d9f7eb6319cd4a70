#pragma once
// Writes minimal JSON (RFC 8259) to the end of a string: no white space, nothing escaped that need not be. For documents on hot paths,
// whose shape the caller knows: nesting is the caller's care, commas are the writer's. One thread.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dialin::codec {

class JsonWriter {
 public:
  /// `out` must outlive the writer; what is in it stays.
  explicit JsonWriter(std::string& out) : out_(out) {}

  void open_object() { out_.push_back('{'); }
  void close_object() { out_.push_back('}'); }
  void open_array() { out_.push_back('['); }
  void close_array() { out_.push_back(']'); }

  /// The name of the next member. Plain: ASCII without quotes, backslashes and control characters.
  void name(std::string_view plain);
  /// Before each element of an array.
  void element() { separate(); }

  /// A string of valid UTF-8; what must be escaped is.
  void text(std::string_view utf8);
  /// A string known to hold nothing that must be escaped.
  void plain(std::string_view text);
  void text_or_null(std::optional<std::string_view> utf8);
  void number(std::uint64_t number);
  /// Strings of digits: two hexadecimal ones a byte, or base64.
  void hex(std::span<const std::uint8_t> bytes);
  void base64(std::string_view bytes);

 private:
  /// The last byte tells whether a comma is due: only an opening bracket ends in itself.
  void separate() {
    if (out_.back() != '{' && out_.back() != '[') out_.push_back(',');
  }

  std::string& out_;
};

}  // namespace dialin::codec
