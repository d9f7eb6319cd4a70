#include "infra/media/response_head.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace dialin::media {
namespace {

ResponseHead fed(std::initializer_list<std::string_view> lines) {
  ResponseHead head;
  for (const std::string_view line : lines) EXPECT_TRUE(head.add(line));
  return head;
}

TEST(ResponseHead, fields_are_found_whatever_their_case) {
  const ResponseHead head =
      fed({"HTTP/1.1 302 Found\r\n", "LOCATION:  /a \r\n", "ETag: \"x\"\r\n", "last-modified: then\r\n", "Content-Length: 7\r\n", "\r\n"});
  EXPECT_TRUE(head.is_complete() && head.is_http1);
  EXPECT_EQ(head.status, 302U);
  EXPECT_EQ(head.location, "/a");
  EXPECT_EQ(head.etag, "\"x\"");
  EXPECT_EQ(head.last_modified, "then");
  EXPECT_EQ(head.content_length, 7U);
}

TEST(ResponseHead, an_interim_answer_leaves_nothing_behind) {
  ResponseHead head = fed({"HTTP/1.1 103 Early Hints\r\n", "Location: /wrong\r\n", "\r\n"});
  EXPECT_FALSE(head.is_complete());
  EXPECT_TRUE(head.add("HTTP/1.1 200 OK\r\n") && head.add("\r\n"));
  EXPECT_TRUE(head.is_complete());
  EXPECT_EQ(head.location, "");
}

TEST(ResponseHead, an_upgrade_ends_it_and_another_http_is_none) {
  EXPECT_TRUE(fed({"HTTP/1.1 101 Switching Protocols\r\n", "\r\n"}).is_complete());
  EXPECT_FALSE(fed({"HTTP/2 200\r\n", "\r\n"}).is_http1);
}

TEST(ResponseHead, what_is_given_twice_counts_twice) {
  const ResponseHead head = fed(
      {"HTTP/1.1 200 OK\r\n", "Content-Encoding: GZIP\r\n", "Content-Encoding: identity\r\n", "Transfer-Encoding: chunked\r\n", "\r\n"});
  EXPECT_EQ(head.content_encoding, "gzip, identity");
  EXPECT_EQ(head.transfer_encoding, "chunked");
}

TEST(ResponseHead, a_length_is_a_number_or_none) {
  EXPECT_EQ(fed({"HTTP/1.1 200 OK\r\n", "Content-Length: 99999999999999999999\r\n"}).content_length,
            std::numeric_limits<std::uint64_t>::max());
  for (const std::string_view line : {"Content-Length: -1\r\n", "Content-Length: 1x\r\n", "Content-Length:\r\n"})
    EXPECT_FALSE(fed({"HTTP/1.1 200 OK\r\n", line}).content_length) << line;
}

TEST(ResponseHead, has_an_end) {
  ResponseHead head;
  const std::string line = "X: " + std::string(1000, 'x') + "\r\n";
  std::size_t bytes = 0;
  while (head.add(line)) bytes += line.size();
  EXPECT_LE(bytes, ResponseHead::kBytesMax);
  EXPECT_GT(bytes + line.size(), ResponseHead::kBytesMax);
}

}  // namespace
}  // namespace dialin::media
