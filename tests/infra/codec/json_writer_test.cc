#include "infra/codec/json_writer.h"

#include <gtest/gtest.h>

namespace dialin::codec {
namespace {

std::string written(std::string_view text) {
  std::string out;
  JsonWriter(out).text(text);
  return out;
}

TEST(JsonWriter, escapes_only_what_must_be) {
  EXPECT_EQ(written(""), R"("")");
  EXPECT_EQ(written("plain / <tag> & 'quote' \x7f"), "\"plain / <tag> & 'quote' \x7f\"");
  EXPECT_EQ(written("\"\\"), R"("\"\\")");
  EXPECT_EQ(written("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(written(std::string_view("\0\x01\x1f\x20", 4)), R"("\u0000\u0001\u001f ")");
  EXPECT_EQ(written("ü € 😀 \u2028\u2029"), "\"ü € 😀 \u2028\u2029\"");
}

TEST(JsonWriter, finds_every_byte_to_escape_at_every_place) {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t place = 0; place < 20; ++place) {
      std::string text(20, 'x');
      text[place] = static_cast<char>(byte);
      const bool must = byte < 0x20 || byte == '"' || byte == '\\';
      const std::string out = written(text);
      EXPECT_EQ(out.find('\\') == place + 1, must) << byte << " at " << place;
      EXPECT_EQ(out == "\"" + text + "\"", !must) << byte << " at " << place;
    }
  }
}

TEST(JsonWriter, finds_neighbours_that_must_be_escaped) {
  EXPECT_EQ(written("a\"\"\\\\\n\nb\x01\x01"
                    "cdefghijk\""),
            R"("a\"\"\\\\\n\nb\u0001\u0001cdefghijk\"")");
  EXPECT_EQ(written("\x1f !\"#[\\]"), R"("\u001f !\"#[\\]")");
}

TEST(JsonWriter, puts_commas_where_they_are_due) {
  std::string out = "before ";
  JsonWriter writer(out);
  writer.open_object();
  writer.name("a");
  writer.number(18'446'744'073'709'551'615U);
  writer.name("b");
  writer.open_array();
  writer.element();
  writer.text("{");
  writer.element();
  writer.open_object();
  writer.close_object();
  writer.element();
  writer.text_or_null(std::nullopt);
  writer.close_array();
  writer.name("c");
  writer.text("[");
  writer.name("d");
  writer.open_object();
  writer.name("e");
  writer.hex(std::array<std::uint8_t, 3>{0x00, 0x9f, 0xff});
  writer.close_object();
  writer.name("f");
  writer.base64("foob");
  writer.close_object();
  EXPECT_EQ(out, R"(before {"a":18446744073709551615,"b":["{",{},null],"c":"[","d":{"e":"009fff"},"f":"Zm9vYg=="})");
}

}  // namespace
}  // namespace dialin::codec
