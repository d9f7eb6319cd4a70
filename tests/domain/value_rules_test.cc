// The rules of texts, URLs and secrets, and the nearest name.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>

#include "domain/nearest_name.h"
#include "domain/validate.h"

namespace dialin {
namespace {

bool breaks(const std::optional<BrokenRule>& broken, std::string_view with) {
  return broken && broken->text.find(with) != std::string::npos;
}

TEST(Text, is_counted_in_characters) {
  EXPECT_FALSE(check_text("a", 1, 1));
  EXPECT_FALSE(check_text("\u00e9", 1, 1));
  EXPECT_FALSE(check_text("\u20ac", 1, 1));
  EXPECT_FALSE(check_text("\U0001F600", 1, 1));
  EXPECT_TRUE(breaks(check_text("", 1, 256), "1 to 256 characters long, not 0"));
  EXPECT_FALSE(check_text(std::string(256, 'a'), 1, 256));
  EXPECT_TRUE(breaks(check_text(std::string(257, 'a'), 1, 256), "not 257"));
}

TEST(Text, nul_is_refused) {
  EXPECT_TRUE(breaks(check_text(std::string_view("a\0b", 3), 1, 256), "NUL"));
  EXPECT_FALSE(check_text("\x01\n\t\x7F", 1, 256));
}

TEST(Text, borders_of_utf8_are_exact) {
  for (const char* text : {"", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF",
                           "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_utf8(text)) << testing::PrintToString(text);
  }
  for (const char* text : {"\x80",
                           "\xBF",
                           "\xC0\x80",
                           "\xC1\xBF",
                           "\xC2",
                           "\xC2\x41",
                           "\xE0\x9F\xBF",
                           "\xE0\xA0",
                           "\xE2\x82",
                           "\xE2\x28\xA1",
                           "\xE2\x82\x28",
                           "\xED\xA0\x80",
                           "\xED\xBF\xBF",
                           "\xF0\x8F\xBF\xBF",
                           "\xF0\x9F\x98",
                           "\xF0\x9F\x98\x41",
                           "\xF0\x9F\x41\x80",
                           "\xF4\x90\x80\x80",
                           "\xF5\x80\x80\x80",
                           "\xFE",
                           "\xFF",
                           "fine until \xE2\x82"}) {
    EXPECT_FALSE(is_utf8(text)) << testing::PrintToString(text);
    EXPECT_TRUE(breaks(check_text(text, 1, 256), "UTF-8"));
  }
}

/// UTF-8 by its definition: every code point but surrogates, in as few bytes as it takes.
std::string encoded(std::uint32_t point) {
  const auto tail = [&](unsigned shift) { return static_cast<char>(0x80 | ((point >> shift) & 0x3F)); };
  if (point < 0x80) return {static_cast<char>(point)};
  if (point < 0x800) return {static_cast<char>(0xC0 | (point >> 6)), tail(0)};
  if (point < 0x10000) return {static_cast<char>(0xE0 | (point >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | (point >> 18)), tail(12), tail(6), tail(0)};
}

TEST(Text, every_code_point_is_one_character) {
  for (std::uint32_t point = 1; point <= 0x10FFFF; ++point) {
    const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    ASSERT_EQ(!check_text(encoded(point), 1, 1), !surrogate) << point;
  }
}

TEST(Url, absolute_http_with_a_host_is_fine) {
  for (const char* url : {"https://example.com", "http://example.com/", "HTTPS://EXAMPLE.COM/a?b=c#d", "http://10.0.0.1:8080/x",
                          "http://[::1]/x", "https://example.com:/x", "https://example.com:65535", "https://example.com/%C3%A9?q=a%20b",
                          "https://192.0.2.1.example.com:8443/x", "https://192.0.2.1x", "https://192.0.2.1x:/?q=a@b"}) {
    EXPECT_FALSE(check_url(url)) << url;
  }
}

TEST(Url, refusal_names_the_rule) {
  const std::pair<const char*, const char*> refused[] = {
      {"", "absolute"},
      {"example.com/x", "absolute"},
      {"//example.com/x", "absolute"},
      {"/x", "absolute"},
      {"https://exa mple.com", "absolute"},
      {" https://example.com", "absolute"},
      {"https://example.com/\xC3\xA9", "absolute"},
      {"https://example.com/%zz", "absolute"},
      {"https://[::1", "absolute"},
      {"ftp://example.com/x", "scheme"},
      {"wss://example.com/x", "scheme"},
      {"mailto:me@example.com", "scheme"},
      {"javascript:alert(1)", "scheme"},
      {"https:/x", "a host"},
      {"https:x", "a host"},
      {"https:///x", "a host"},
      {"https://:80/x", "a host"},
      {"https://me@example.com", "user name"},
      {"https://me:secret@example.com", "user name"},
      {"https://@example.com", "user name"},
      {"https://[::1]:80x@example.com/", "user name"},
      {"https://[::1]x@example.com/", "user name"},
      {"https://192.0.2.1.me@example.com/", "user name"},
      {"https://192.0.2.1:80x@example.com/", "user name"},
      {"https://[::1]x/", "between host and path"},
      {"https://[::1].example.com:80/", "between host and path"},
      {"https://192.0.2.1.example.com:80x/", "between host and path"},
      {"https://192.0.2.1.example.com:80:80/", "between host and path"},
      {"https://192.0.2.1.example.com:0/", "port"},
      {"https://192.0.2.1.example.com:65536/", "port"},
      {"https://example.com:0", "port"},
      {"https://example.com:65536", "port"},
      {"https://example.com:99999999999", "port"},
  };
  for (const auto& [url, rule] : refused) {
    const auto broken = check_url(url);
    EXPECT_TRUE(breaks(broken, rule)) << url << ": " << (broken ? broken->text : "fine");
  }
  EXPECT_TRUE(check_url(std::string_view("https://example.com/\0", 21)).has_value());
}

TEST(Url, has_at_most_2048_bytes) {
  const std::string begin = "https://example.com/";
  EXPECT_FALSE(check_url(begin + std::string(2048 - begin.size(), 'a')));
  EXPECT_TRUE(breaks(check_url(begin + std::string(2049 - begin.size(), 'a')), "2048 bytes long, not 2049"));
}

TEST(Secret, is_16_to_64_bytes) {
  EXPECT_TRUE(breaks(check_secret(std::string(20, 'A')), "not of 15"));
  EXPECT_FALSE(check_secret(std::string(22, 'A') + "=="));
  EXPECT_FALSE(check_secret(std::string(23, 'A') + "="));
  EXPECT_FALSE(check_secret(std::string(24, 'A')));
  EXPECT_FALSE(check_secret("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/"));
  EXPECT_FALSE(check_secret(std::string(86, 'A') + "=="));
  EXPECT_TRUE(breaks(check_secret(std::string(87, 'A') + "="), "not of 65"));
}

TEST(Secret, has_one_form_only) {
  const std::string good = std::string(22, 'A');
  for (const std::string& text :
       {std::string(), good, good + "=", good + "===", good.substr(1) + "===", good.substr(1) + "B==", std::string(22, 'A') + "B=",
        good + "A-==", good.substr(2) + "-_==", good + "==\n",
        good.substr(2) + " A==", good.substr(4) + "====", good.substr(2) + "=A==", "A" + good.substr(1) + "=A", std::string("====")}) {
    EXPECT_TRUE(breaks(check_secret(text), "must be base64 (RFC 4648")) << text;
  }
}

TEST(Secret, unused_bits_are_zero) {
  for (const char last : std::string("AQgw")) EXPECT_FALSE(check_secret(std::string(21, 'A') + last + "==")) << last;
  for (const char last : std::string("BPRfhx/9")) EXPECT_TRUE(check_secret(std::string(21, 'A') + last + "==").has_value()) << last;
  for (const char last : std::string("AEIMQUYcgkosw048")) EXPECT_FALSE(check_secret(std::string(22, 'A') + last + "=")) << last;
  for (const char last : std::string("BCDFG/+9")) EXPECT_TRUE(check_secret(std::string(22, 'A') + last + "=").has_value()) << last;
}

TEST(NearestName, is_what_was_meant) {
  constexpr std::array<std::string_view, 11> known = {"type",
                                                      "phone_number",
                                                      "name_prefix",
                                                      "hmac",
                                                      "room_creation_api",
                                                      "hold_music_url",
                                                      "timeout_config",
                                                      "timeout_config.message",
                                                      "ivr_greeting",
                                                      "ivr_greeting.message",
                                                      "sip_uri"};
  const std::pair<const char*, const char*> meant[] = {
      {"phone_nubmer", "phone_number"},
      {"phoneNumber", "phone_number"},
      {"number", "phone_number"},
      {"phone", "phone_number"},
      {"name", "name_prefix"},
      {"prefix", "name_prefix"},
      {"hmca", "hmac"},
      {"HMAC", "hmac"},
      {"typ", "type"},
      {"Type", "type"},
      {"tpye", "type"},
      {"hold_music", "hold_music_url"},
      {"music", "hold_music_url"},
      {"sip", "sip_uri"},
      {"sipUri", "sip_uri"},
      {"room_api", "room_creation_api"},
      {"timeout", "timeout_config"},
      {"timeout_config.mesage", "timeout_config.message"},
      {"ivr_greeting.msg", "ivr_greeting.message"},
      {"ivr_greting.message", "ivr_greeting.message"},
      {"greeting", "ivr_greeting"},
  };
  for (const auto& [name, wanted] : meant) EXPECT_EQ(nearest_name(name, known), wanted) << name;
}

RC_GTEST_PROP(NearestName, is_always_a_known_one, (const std::string& name)) {
  constexpr std::array<std::string_view, 2> known = {"type", "hmac"};
  const std::string_view nearest = nearest_name(name, known);
  RC_ASSERT(nearest == known[0] || nearest == known[1]);
  RC_ASSERT(nearest_name(known[1], known) == known[1]);
  RC_ASSERT(nearest_name(std::string(70'000, 'x') + name, known) == nearest_name(std::string(64, 'x'), known));
}

}  // namespace
}  // namespace dialin
