// What is told of each request when it is answered: by the connections alone, and by the calls on the whole store.

#include <gtest/gtest.h>

#include "api/http/live_api.h"
#include "api/http/routes.h"

namespace dialin::http {
namespace {

using Told = std::vector<std::string>;
using server_tests::ServerTest;

class AccountTest : public ServerTest {};

TEST_F(AccountTest, each_request_is_told_once_with_what_was_sent) {
  start();
  Client one = client();
  one.send(
      "GET /bytes/17?a=secret HTTP/1.1\r\nHost: x\r\n\r\nHEAD /bytes/17 HTTP/1.1\r\nHost: x\r\n\r\nGET /status/304 HTTP/1.1\r\nHost: "
      "x\r\n\r\n");
  one.read_answer();
  one.read_answer(true);
  one.read_answer();
  EXPECT_EQ(telemetry.answered(),
            (Told{"GET /bytes/17 200 row 0 bytes 17", "HEAD /bytes/17 200 row 0 bytes 0", "GET /status/304 304 row 0 bytes 0"}));
}

TEST_F(AccountTest, what_never_became_a_request_is_told) {
  start();
  Client one = client();
  one.send("GET /\x01 HTTP/1.1\r\n\r\n");
  EXPECT_EQ(one.read_answer().status, 400U);
  const Told told = telemetry.answered();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_NE(told[0].find(" 400 row 0 bytes "), std::string::npos) << told[0];
}

TEST_F(AccountTest, a_caller_that_goes_before_its_answer_is_told) {
  start();
  Client one = client();
  one.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  const Reply kept = handler.next_reply();
  one.reset();
  EXPECT_TRUE(eventually([&] { return telemetry.answered().size() == 1; }));
  EXPECT_EQ(telemetry.answered().back(), "GET /later 0 row 0 bytes 0");
  kept.respond({});
  server->drain();
  EXPECT_EQ(telemetry.answered().size(), 1U);
}

TEST_F(AccountTest, a_stream_is_told_at_its_beginning_and_at_its_end) {
  start();
  Client one = client();
  one.send("GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto tap = handler.next_tap();
  EXPECT_TRUE(eventually([&] { return telemetry.answered() == Told{"begun GET /stream 200 row 0 bytes 0"}; }));
  pour(tap, [](server_tests::Tap& it) {
    it.waiting = "0123456789";
    it.is_ended = true;
  });
  EXPECT_TRUE(eventually([&] { return telemetry.answered().size() == 2; }));
  EXPECT_EQ(telemetry.answered().back(), "ended GET /stream 200 row 0 bytes 10");
}

TEST_F(LiveApi, tells_the_route_the_caller_and_the_id) {
  const std::string id = make_pin();
  const auto last = [&] { return telemetry_.answered().back(); };
  const auto row = [&](std::string_view method, std::string_view pattern) {
    const auto names = route_names();
    const auto is_it = [&](const RouteName& name) { return name.method == method && name.pattern == pattern; };
    return " row " + std::to_string(std::find_if(names.begin(), names.end(), is_it) - names.begin()) + " ";
  };
  const std::string mine = "X-Request-Id: mine\r\n";
  const ReadAnswer got = call("GET", "/v1/domain-dialin-config/" + id + "?as_of=1", {}, mine);
  EXPECT_EQ(last(), "GET /domain-dialin-config/" + id + " " + std::to_string(got.status) + row("GET", "/domain-dialin-config/{id}") +
                        "bytes " + std::to_string(got.body.size()) + " tenant one key_ id mine");
  call("POST", "/domain-dialin-config/" + id, "{}", mine);
  EXPECT_NE(last().find(row("POST", "/domain-dialin-config/{id}")), std::string::npos) << last();
  call_as("", "GET", "/healthz", {}, mine);
  EXPECT_EQ(last(), "GET /healthz 200" + row("GET", "/healthz") + "bytes 15 id mine");
  const std::string parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n";
  call_as("", "GET", "/healthz", {}, mine + "traceparent: " + parent);
  EXPECT_EQ(last(), "GET /healthz 200" + row("GET", "/healthz") + "bytes 15 id mine trace 4bf92f3577b34da6a3ce929d0e0e4736");
  call_as("", "GET", "/healthz", {}, mine + "traceparent: " + parent + "traceparent: " + parent);
  EXPECT_EQ(last(), "GET /healthz 200" + row("GET", "/healthz") + "bytes 15 id mine");
  const ReadAnswer unknown = call("GET", "/nowhere", {}, mine);
  EXPECT_EQ(last(), "GET /nowhere 404 row 1 bytes " + std::to_string(unknown.body.size()) + " id mine");
  const ReadAnswer wrong = call_as("wrong", "GET", "/", {}, mine);
  EXPECT_EQ(last(), "GET / 401" + row("GET", "/") + "bytes " + std::to_string(wrong.body.size()) + " id mine");
}

}  // namespace
}  // namespace dialin::http
