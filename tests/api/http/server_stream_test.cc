// Answers without an end.

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <thread>

#include "api/http/server_fixture.h"

namespace dialin::http::server_tests {

using std::chrono::milliseconds;

class ServerStreams : public ServerTest {};

TEST_F(ServerStreams, send_what_comes_as_chunks) {
  start();
  Client caller = client();
  caller.send(get("/stream"));
  const auto tap = handler.next_tap();
  const std::string head = caller.read_until("\r\n\r\n");
  EXPECT_NE(head.find("HTTP/1.1 200 OK\r\n"), std::string::npos);
  EXPECT_NE(head.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_EQ(head.find("Content-Length"), std::string::npos);
  EXPECT_TRUE(caller.is_silent_for(milliseconds(50)));
  for (const std::string event : {"one", "two", "three"}) {
    pour(tap, [event](Tap& to) { to.waiting += event; });
    EXPECT_EQ(caller.read_until(event + "\r\n"), "0000000" + std::to_string(event.size()) + "\r\n" + event + "\r\n");
  }
  pour(tap, [](Tap& to) {
    to.waiting += "last";
    to.is_ended = true;
  });
  EXPECT_EQ(caller.read_all(), "00000004\r\nlast\r\n0\r\n\r\n");
  EXPECT_TRUE(tap->is_destroyed);
}

TEST_F(ServerStreams, end_with_the_connection_in_http_1_0) {
  start();
  Client caller = client();
  caller.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const auto tap = handler.next_tap();
  pour(tap, [](Tap& to) { to.waiting += "one"; });
  pour(tap, [](Tap& to) { to.is_ended = true; });
  const ReadAnswer answer = caller.read_answer();
  EXPECT_EQ(answer.headers.at("connection"), "close");
  EXPECT_FALSE(answer.headers.contains("transfer-encoding"));
  EXPECT_EQ(answer.body, "one");
}

TEST_F(ServerStreams, have_no_body_for_head) {
  start();
  Client caller = client();
  caller.send("HEAD /stream HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(caller.read_answer(true).status, 200U);
  EXPECT_EQ(caller.read_all(), "");
  EXPECT_EQ(handler.next_tap()->pulls, 0U);
}

TEST_F(ServerStreams, hold_one_chunk_for_a_slow_reader) {
  ServerOptions options = small_options();
  options.send_timeout = std::chrono::seconds(10);
  start(options);
  Client slow = client(4096);
  slow.send(get("/stream"));
  const auto tap = handler.next_tap();
  constexpr std::size_t bytes = 40'000'000;
  pour(tap, [](Tap& to) { to.endless_bytes = bytes; });
  std::this_thread::sleep_for(milliseconds(300));
  const std::size_t pulls = tap->pulls;
  EXPECT_GT(pulls, 1U);
  EXPECT_LT(pulls, bytes / kStreamChunkBytes / 2);  // the kernel's buffers took some
  for (int i = 0; i < 10; ++i) pour(tap, [](Tap&) {});
  std::this_thread::sleep_for(milliseconds(100));
  EXPECT_EQ(tap->pulls, pulls);  // a wake does not make it more

  Client other = client();
  other.send(get("/echo"));
  EXPECT_EQ(other.read_answer().status, 200U);

  pour(tap, [](Tap& to) { to.is_ended = true; });
  const ReadAnswer answer = slow.read_answer();
  EXPECT_TRUE(answer.is_complete);
  EXPECT_EQ(answer.body.size(), bytes);
  EXPECT_LE(tap->largest_chunk, kStreamChunkBytes);
}

TEST_F(ServerStreams, to_a_reader_that_takes_nothing_are_closed) {
  start();
  Client stuck = client(4096);
  stuck.send(get("/stream"));
  const auto tap = handler.next_tap();
  pour(tap, [](Tap& to) { to.endless_bytes = 40'000'000; });
  EXPECT_TRUE(eventually([&] { return tap->is_destroyed.load(); }));
  EXPECT_EQ(telemetry.count(Counter::connections_timed_out), 1U);
}

TEST_F(ServerStreams, end_when_the_reader_goes) {
  start();
  auto leaving = std::make_unique<Client>(server->port());
  leaving->send(get("/stream"));
  const auto left = handler.next_tap();
  Client resetting = client();
  resetting.send(get("/stream"));
  const auto cut = handler.next_tap();
  EXPECT_TRUE(eventually([this] { return telemetry.gauge(Gauge::streams_open) == 2; }));
  leaving.reset();
  resetting.reset();
  EXPECT_TRUE(eventually([&] { return left->is_destroyed && cut->is_destroyed; }));
  EXPECT_TRUE(eventually([this] { return telemetry.gauge(Gauge::streams_open) == 0; }));
  pour(left, [](Tap& to) { to.waiting += "into the void"; });
}

TEST_F(ServerStreams, that_break_have_no_last_chunk) {
  start();
  Client caller = client();
  caller.send(get("/stream"));
  pour(handler.next_tap(), [](Tap& to) { to.throws = true; });
  EXPECT_FALSE(caller.read_answer().is_complete);
  EXPECT_NE(telemetry.said().find("the tap broke"), std::string::npos);
}

TEST_F(ServerStreams, may_begin_late) {
  start();
  Client caller = client();
  caller.send(get("/later"));
  const auto tap = std::make_shared<Tap>();
  struct Once : StreamSource {
    Pull pull(std::string& out) override {
      out += "late";
      return Pull::end;
    }
    void on_start(std::function<void()>) override {}
  };
  handler.next_reply().run([](Exchange& exchange) { exchange.stream(Response{}, std::make_unique<Once>()); });
  EXPECT_EQ(caller.read_answer().body, "late");
}

TEST_F(ServerStreams, are_kept_alive_by_comments) {
  start();
  Client caller = client();
  caller.send(get("/stream"));
  const auto tap = handler.next_tap();
  caller.read_until("\r\n\r\n");
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(caller.is_silent_for(std::chrono::seconds(9)));
  EXPECT_EQ(caller.read_until("\n\n\r\n"), "0000000e\r\n: keep-alive\n\n\r\n");
  const auto time = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(time, milliseconds(14'500));
  EXPECT_LE(time, milliseconds(17'000));
}

TEST_F(ServerStreams, by_the_thousand_need_little_memory) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer's own memory is what would be measured";
#endif
  ServerOptions options = small_options();
  start(options);
  const auto resident_kib = [] {
    std::ifstream status("/proc/self/statm");
    std::size_t total = 0;
    std::size_t resident = 0;
    status >> total >> resident;
    return resident * 4;
  };
  const std::size_t before = resident_kib();
  constexpr std::size_t count = 2000;
  std::vector<std::unique_ptr<Client>> callers;
  std::vector<std::shared_ptr<Tap>> taps;
  for (std::size_t i = 0; i < count; ++i) {
    callers.push_back(std::make_unique<Client>(server->port()));
    callers.back()->send(get("/stream"));
    taps.push_back(handler.next_tap());
  }
  const std::string event(900, 'e');
  for (const auto& tap : taps) pour(tap, [&event](Tap& to) { to.waiting = event; });
  for (auto& caller : callers) caller->read_until(event + "\r\n");
  EXPECT_LT((resident_kib() - before) / count, 8U);  // KiB each, the test's own side included
}

}  // namespace dialin::http::server_tests
