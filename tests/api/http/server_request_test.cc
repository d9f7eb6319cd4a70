// Raw bytes in, answers out: what HTTP itself asks of the server.

#include <gtest/gtest.h>

#include "api/http/server_fixture.h"

namespace dialin::http::server_tests {

namespace {

struct Case {
  const char* rule;
  std::string bytes;
  unsigned status;
  std::string in_body;  ///< some of the answer's body
};

std::string many(std::size_t count, const std::string& text) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

std::string post(const std::string& headers, const std::string& body) {
  return "POST /echo HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n" + body;
}

std::vector<Case> cases() {
  const std::string chunked = "Transfer-Encoding: chunked\r\n";
  return {
      {"plain", "GET /echo HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /echo ?\nhost=h\nbody="},
      {"http_1_0_needs_no_host", "GET /echo HTTP/1.0\r\n\r\n", 200, "GET /echo"},
      {"query_is_split_off", "GET /a?b=%20c?d HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /a ?b=%20c?d\n"},
      {"version_prefix_goes", "GET /v1/a HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /a ?\n"},
      {"version_prefix_alone_is_root", "GET /v1?q HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET / ?q\n"},
      {"version_prefix_goes_once", "GET /v1/v1/a HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /v1/a ?\n"},
      {"only_a_whole_segment_is_the_prefix", "GET /v1x HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /v1x ?\n"},
      {"absolute_form", "GET http://h:1/v1/a?q HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /a ?q\n"},
      {"absolute_form_without_path", "GET HTTP://h?q HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET / ?q\n"},
      {"absolute_form_without_authority", "GET http:///a HTTP/1.1\r\nHost: h\r\n\r\n", 400, "target"},
      {"absolute_form_with_user_info", "GET http://a@h/a HTTP/1.1\r\nHost: h\r\n\r\n", 400, "target"},
      {"absolute_form_with_a_backslash", "GET http://h\\a/b HTTP/1.1\r\nHost: h\r\n\r\n", 400, "target"},
      {"other_schemes", "GET ftp://h/a HTTP/1.1\r\nHost: h\r\n\r\n", 400, "target"},
      {"authority_form", "CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n", 400, "target"},
      {"asterisk_form", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 200, "OPTIONS * ?"},
      {"fragment", "GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n", 400, "fragment"},
      {"fragment_in_the_query", "GET /a?q#b HTTP/1.1\r\nHost: h\r\n\r\n", 400, "fragment"},
      {"unknown_method_is_passed_on", "BREW /echo HTTP/1.1\r\nHost: h\r\n\r\n", 200, "BREW /echo"},
      {"methods_have_a_case", "get /echo HTTP/1.1\r\nHost: h\r\n\r\n", 200, "get /echo"},
      {"empty_lines_before", "\r\n\r\nGET /echo HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /echo"},
      {"fields_in_any_case", "GET /echo HTTP/1.1\r\nHOST: h\r\niF-mAtCh:  \"1\" \t\r\n\r\n", 200, "if-match=\"1\"\n"},
      {"all_fields_of_the_contract",
       "GET /echo HTTP/1.1\r\nHost: h\r\nAuthorization: a\r\nContent-Type: b\r\nContent-Encoding: c\r\nAccept: d\r\nIf-Match: e\r\n"
       "If-None-Match: f\r\nIdempotency-Key: g\r\nX-Request-Id: i\r\nDialin-Min-Sequence: j\r\nDialin-Consistency: k\r\nLast-Event-ID: "
       "l\r\n"
       "Expect: m\r\nOther: n\r\n\r\n",
       200,
       "authorization=a\ncontent-type=b\ncontent-encoding=c\naccept=d\nif-match=e\nif-none-match=f\nidempotency-key=g\nx-request-id=i\n"
       "dialin-min-sequence=j\ndialin-consistency=k\nlast-event-id=l\nhost=h\nexpect=m\nbody="},
      {"a_repeated_field_is_told", "GET /echo HTTP/1.1\r\nHost: h\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n", 200,
       "authorization*=a\n"},
      {"states_of_a_trace_are_one_list",
       "GET /echo HTTP/1.1\r\nHost: h\r\nTracestate: a=1\r\nAccept: x\r\ntracestate:\r\ntraceState: b=2 , c=a value longer than a "
       "few\r\n\r\n",
       200, "tracestate*=a=1,,b=2 , c=a value longer than a few\n"},
      {"a_parent_of_a_trace_is_not", "GET /echo HTTP/1.1\r\nHost: h\r\ntraceparent: a\r\ntraceparent: b\r\n\r\n", 200, "traceparent*=a\n"},
      {"an_empty_field_is_there", "GET /echo HTTP/1.1\r\nHost: h\r\nAccept:\r\n\r\n", 200, "accept=\n"},
      {"body_by_length", post("Content-Length: 5\r\n", "hello"), 200, "body=hello"},
      {"body_of_nothing", post("Content-Length: 0\r\n", ""), 200, "body="},
      {"body_in_chunks", post(chunked, "5\r\nhello\r\n1;x=y\r\n!\r\n0\r\n\r\n"), 200, "body=hello!"},
      {"body_in_no_chunks", post(chunked, "0\r\n\r\n"), 200, "body="},
      {"trailers_are_no_fields", post(chunked, "1\r\nx\r\n0\r\nAuthorization: stolen\r\n\r\n"), 200, "POST /echo ?\nhost=h\nbody=x"},
      {"largest_body", post("Content-Length: 4096\r\n", std::string(4096, 'x')), 200, std::string(4096, 'x')},
      {"largest_body_in_chunks", post(chunked, "1000\r\n" + std::string(4096, 'x') + "\r\n0\r\n\r\n"), 200, std::string(4096, 'x')},
      {"tiny_chunks", post(chunked, many(4096, "1\r\nx\r\n") + "0\r\n\r\n"), 200, "body=" + std::string(4096, 'x')},

      {"no_host", "GET /echo HTTP/1.1\r\n\r\n", 400, "Host"},
      {"two_hosts", "GET /echo HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", 400, "Host"},
      {"no_version", "GET /echo\r\n\r\n", 400, ""},
      {"garbage", "\x16\x03\x01\x02\r\n\r\n", 400, "method"},
      {"space_before_colon", "GET /echo HTTP/1.1\r\nHost : h\r\n\r\n", 400, "field"},
      {"no_colon", "GET /echo HTTP/1.1\r\nHost\r\n\r\n", 400, "field"},
      {"control_character_in_value", "GET /echo HTTP/1.1\r\nHost: h\r\nAccept: a\x01z\r\n\r\n", 400, ""},
      {"nul_in_value", "GET /echo HTTP/1.1\r\nHost: h\r\nAccept: a" + std::string(1, '\0') + "z\r\n\r\n", 400, ""},
      {"folded_length", "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n 2\r\n\r\nxy", 400, "one line"},
      {"folded_coding", "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\r\n\tchunked\r\n\r\n0\r\n\r\n", 400, "one line"},
      {"folded_unknown_field", "GET /echo HTTP/1.1\r\nHost: h\r\nX: a\r\n \r\n\r\n", 400, "one line"},
      {"folded_trailer", "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: a\r\n b\r\n\r\n", 400, "one line"},
      {"folded_line", "GET /echo HTTP/1.1\r\nHost: h\r\nAccept: a\r\n b\r\n\r\n", 400, "one line"},
      {"bare_line_feeds", "GET /echo HTTP/1.1\nHost: h\n\n\r\n\r\n", 400, ""},
      {"length_and_chunks", post("Content-Length: 5\r\n" + chunked, "hello"), 400, "Transfer-Encoding"},
      {"chunks_and_length", post(chunked + "Content-Length: 5\r\n", "hello"), 400, "Content-Length"},
      {"chunked_twice", post(chunked + chunked, "0\r\n\r\n"), 400, "Transfer-Encoding"},
      {"other_coding", post("Transfer-Encoding: gzip\r\n", "0\r\n\r\n"), 400, "chunked"},
      {"other_coding_before_chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 400, "chunked"},
      {"chunks_in_http_1_0", "POST /echo HTTP/1.0\r\n" + chunked + "\r\n0\r\n\r\n", 400, "1.0"},
      {"two_lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), 400, "Content-Length"},
      {"negative_length", post("Content-Length: -1\r\n", ""), 400, "Content-Length"},
      {"signed_length", post("Content-Length: +5\r\n", "hello"), 400, "Content-Length"},
      {"length_of_no_number", post("Content-Length: 5x\r\n", "hello"), 400, "Content-Length"},
      {"overflowing_length", post("Content-Length: 18446744073709551617\r\n", ""), 400, "Content-Length"},
      {"chunk_of_no_size", post(chunked, "z\r\nhello\r\n0\r\n\r\n"), 400, "chunk"},
      {"chunk_of_a_quote_without_end", post(chunked, "5;x=\"y\r\nhello\r\n0\r\n\r\n"), 400, "chunk"},
      {"chunk_longer_than_said", post(chunked, "2\r\nhello\r\n0\r\n\r\n"), 400, "chunk"},

      {"largest_target", "GET /" + std::string(255, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", 200, "GET /aaaa"},
      {"target_too_long", "GET /" + std::string(256, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", 414, "target"},
      {"target_far_too_long", "GET /" + std::string(5000, 'a'), 414, "target"},
      {"method_too_long", std::string(400, 'A') + " /echo HTTP/1.1\r\nHost: h\r\n\r\n", 414, "method"},
      {"largest_head", "GET /echo HTTP/1.1\r\nHost: h\r\nX: " + std::string(1024 - 16, 'a') + "\r\n\r\n", 200, "GET /echo"},
      {"head_too_large", "GET /echo HTTP/1.1\r\nHost: h\r\nX: " + std::string(1025 - 16, 'a') + "\r\n\r\n", 431, "header"},
      {"head_far_too_large", "GET /echo HTTP/1.1\r\nHost: h\r\n" + many(500, "X: aaaaaaaaaaaaaaaa\r\n"), 431, "header"},
      {"trailer_too_large", post(chunked, "0\r\n" + many(500, "X: aaaaaaaaaaaaaaaa\r\n")), 431, "trailer"},
      {"body_too_large", post("Content-Length: 4097\r\n", "he"), 413, "body"},
      {"largest_trailer", post(chunked, "0\r\nX: " + std::string(1014, 'a') + "\r\n\r\n"), 200, "body="},
      {"trailer_too_large_by_a_byte", post(chunked, "0\r\nX: " + std::string(1015, 'a') + "\r\n\r\n"), 431, "trailer"},
      {"chunk_line_too_large", post(chunked, "1;x=" + std::string(1020, 'a') + "\r\nx\r\n0\r\n\r\n"), 431, "size line"},
      {"chunks_too_large", post(chunked, "1000\r\n" + std::string(4096, 'x') + "\r\n1\r\nx\r\n0\r\n\r\n"), 413, "body"},
      {"chunk_far_too_large", post(chunked, "ffffffffffffffff\r\nx"), 413, "body"},
      {"http_2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "HTTP/1.1"},
      {"http_1_2", "GET /echo HTTP/1.2\r\nHost: h\r\n\r\n", 505, "HTTP/1.1"},
      {"http_0_9", "GET /echo HTTP/0.9\r\n\r\n", 505, "HTTP/1.1"},
      {"other_protocol", "GET /echo SIP/2.0\r\n\r\n", 400, "version"},
      {"space_behind_version", "GET /echo HTTP/1.1 \r\nHost: h\r\n\r\n", 400, "version"},
  };
}

class ServerRequests : public ServerTest {
 protected:
  void check(const Case& expected, const ReadAnswer& answer) {
    EXPECT_EQ(answer.status, expected.status) << expected.rule;
    EXPECT_NE(answer.body.find(expected.in_body), std::string::npos) << expected.rule << ": " << answer.body;
    EXPECT_EQ(answer.headers.contains("connection"), expected.status != 200 || expected.bytes.find("HTTP/1.0") != std::string::npos)
        << expected.rule;
    EXPECT_TRUE(answer.is_complete) << expected.rule;
  }
};

}  // namespace

TEST_F(ServerRequests, are_answered_as_the_table_says) {
  start();
  for (const Case& expected : cases()) {
    Client caller = client();
    caller.send(expected.bytes);
    check(expected, caller.read_answer());
  }
}

TEST_F(ServerRequests, may_come_byte_by_byte) {
  start();
  for (const Case& expected : cases()) {
    if (expected.bytes.size() > 1000) continue;
    Client caller = client();
    for (const char byte : expected.bytes) {
      if (caller.send_what_fits({&byte, 1}) == 0) break;  // refused already
    }
    check(expected, caller.read_answer());
  }
}

TEST_F(ServerRequests, share_a_connection) {
  start();
  Client caller = client();
  std::size_t served = 0;
  for (const Case& expected : cases()) {
    if (expected.status != 200 || expected.bytes.find("HTTP/1.0") != std::string::npos) continue;
    caller.send(expected.bytes);
    check(expected, caller.read_answer());
    ++served;
  }
  EXPECT_EQ(telemetry.count(Counter::connections_accepted), 1U);
  EXPECT_EQ(handler.handled(), served);
}

TEST_F(ServerRequests, in_a_pipeline_are_answered_in_order) {
  start();
  Client caller = client();
  std::string all;
  std::vector<Case> sent;
  for (const Case& expected : cases()) {
    if (expected.status != 200 || expected.bytes.find("HTTP/1.0") != std::string::npos) continue;
    all += expected.bytes;
    sent.push_back(expected);
  }
  caller.send(all);
  for (const Case& expected : sent) check(expected, caller.read_answer());
}

TEST_F(ServerRequests, in_a_pipeline_of_large_answers_are_all_answered) {
  start();
  Client caller = client();
  std::string all;
  for (int i = 0; i < 40; ++i) all += get("/bytes/" + std::to_string(20'000 + i));
  caller.send(all);
  caller.end_sending();
  for (std::size_t i = 0; i < 40; ++i) EXPECT_EQ(caller.read_answer().body.size(), 20'000 + i);
}

TEST_F(ServerRequests, behind_a_malformed_one_are_not_served) {
  start();
  Client caller = client();
  caller.send(get("/echo") + "GET /echo\r\n\r\n" + get("/echo"));
  EXPECT_EQ(caller.read_answer().status, 200U);
  EXPECT_EQ(caller.read_answer().status, 400U);
  EXPECT_EQ(caller.read_all(), "");
  EXPECT_EQ(handler.handled(), 1U);
}

}  // namespace dialin::http::server_tests
