#include "api/http/hello_bound.h"

#include <gtest/gtest.h>

#include <string>

namespace dialin::http {
namespace {

std::string record(char type, const std::string& content) {
  const auto bytes = static_cast<unsigned>(content.size());
  return std::string{type, 3, 3, static_cast<char>(bytes >> 8), static_cast<char>(bytes & 0xFF)} + content;
}
std::string handshake(const std::string& content) {
  return record(22, content);
}
/// The beginning of it, or all.
std::string hello(unsigned claimed, std::size_t there) {
  return std::string{1, static_cast<char>(claimed >> 16), static_cast<char>(claimed >> 8 & 0xFF), static_cast<char>(claimed & 0xFF)} +
         std::string(there, '\xff');
}

constexpr unsigned kMax = HelloBound::kHelloBytesMax;
const std::string kHello = handshake(hello(300, 300));
const std::string kChange = record(20, "\x01");

TEST(HelloBound, what_a_client_sends_is_allowed_in_whatever_pieces) {
  const std::string table[] = {
      kHello,
      kHello + kChange + handshake(hello(400, 400)) + record(23, std::string(500, '\xff')) + record(21, "xx"),
      handshake(hello(kMax, 16'000)) + handshake(std::string(kMax - 16'000, '\xff')) + kHello,  // in two records
      handshake(hello(10, 10) + hello(20, 20)) + kHello,                                        // two in one
      handshake(hello(300, 0).substr(0, 2)) + handshake(hello(300, 300).substr(2)) + kHello,    // a head in two records
      handshake(hello(0, 0)) + handshake("") + kHello,
      record(23, std::string(65'535, '\xff')) + kHello,
  };
  for (const std::string& bytes : table) {
    HelloBound at_once;
    EXPECT_TRUE(at_once.allows(bytes));
    for (const std::size_t piece : {1U, 2U, 3U, 7U, 1000U}) {
      HelloBound in_pieces;
      for (std::size_t at = 0; at < bytes.size(); at += piece)
        ASSERT_TRUE(in_pieces.allows(std::string_view(bytes).substr(at, piece))) << at;
    }
  }
}

TEST(HelloBound, what_claims_more_is_not_and_shows_with_the_last_byte_of_its_length) {
  const std::string before[] = {"",
                                kHello,
                                kHello + kChange,
                                kHello + record(23, "data"),
                                handshake(hello(kMax, 16'000)) + handshake(std::string(kMax - 16'000, '\xff')),
                                kHello + handshake(hello(5, 3)) + kChange + handshake("xx")};
  for (const std::string& allowed : before) {
    for (const unsigned claimed : {kMax + 1, 131'000U, 0xFFFFFFU}) {
      const std::string bytes = allowed + handshake(hello(claimed, 100));
      const std::size_t shows = allowed.size() + 9;
      HelloBound bound;
      EXPECT_TRUE(bound.allows(std::string_view(bytes).substr(0, shows - 1)));
      EXPECT_FALSE(bound.allows(std::string_view(bytes).substr(shows - 1, 1)));
      HelloBound at_once;
      EXPECT_FALSE(at_once.allows(bytes));
    }
  }
  HelloBound in_one_record;
  EXPECT_FALSE(in_one_record.allows(handshake(hello(300, 300) + hello(kMax + 1, 0))));
  HelloBound in_two;
  EXPECT_TRUE(in_two.allows(handshake(hello(kMax + 1, 0).substr(0, 3))));
  EXPECT_FALSE(in_two.allows(handshake(hello(kMax + 1, 0).substr(3))));
}

TEST(HelloBound, other_messages_in_the_clear_are_not) {
  for (const int type : {0, 2, 11, 16, 20}) {
    HelloBound bound;
    EXPECT_FALSE(bound.allows(kHello + handshake({static_cast<char>(type), 0, 0, 1}))) << type;
  }
}

TEST(HelloBound, what_is_no_tls_is_not) {
  for (const int type : {0, 1, 19, 24, 0x80, 0xFF}) {
    HelloBound bound;
    EXPECT_TRUE(bound.allows(std::string(1, static_cast<char>(type)) + std::string("\x03\x03\x00", 3))) << type;
    EXPECT_FALSE(bound.allows("\x10")) << type;
  }
}

}  // namespace
}  // namespace dialin::http
