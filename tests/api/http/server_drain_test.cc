// The stop: nothing that was begun is lost, and nothing runs behind it.

#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "api/http/server_fixture.h"

namespace dialin::http::server_tests {

using std::chrono::milliseconds;

class ServerDrain : public ServerTest {
 protected:
  void drain_aside() {
    draining = std::thread([this] {
      server->drain();
      is_drained = true;
    });
  }
  void TearDown() override {
    if (draining.joinable()) draining.join();
  }

  std::thread draining;
  std::atomic<bool> is_drained = false;
};

TEST_F(ServerDrain, closes_idle_connections_at_once) {
  ServerOptions options = small_options();
  options.idle_timeout = std::chrono::seconds(60);
  start(options);
  Client fresh = client();
  Client used = client();
  used.send(get("/echo"));
  EXPECT_EQ(used.read_answer().status, 200U);
  const auto begin = std::chrono::steady_clock::now();
  server->drain();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(1500));
  EXPECT_TRUE(fresh.is_closed_within(milliseconds(100)));
  EXPECT_TRUE(used.is_closed_within(milliseconds(100)));
  EXPECT_THROW(client(), std::system_error);
  server->drain();
}

TEST_F(ServerDrain, waits_for_requests_in_flight) {
  start();
  Client late = client();
  late.send(get("/later") + get("/echo"));
  const Reply reply = handler.next_reply();
  Client half = client();
  half.send("PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbo");
  std::this_thread::sleep_for(milliseconds(50));
  drain_aside();
  std::this_thread::sleep_for(milliseconds(200));
  EXPECT_FALSE(is_drained);
  half.send("dy");
  ReadAnswer answer = half.read_answer();
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.headers["connection"], "close");
  reply.respond(Response{});
  answer = late.read_answer();
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.headers["connection"], "close");
  EXPECT_EQ(late.read_all(), "");
  draining.join();
  EXPECT_TRUE(is_drained);
}

TEST_F(ServerDrain, ends_streams_in_order) {
  start();
  Client caller = client();
  caller.send(get("/stream"));
  const auto tap = handler.next_tap();
  pour(tap, [](Tap& to) { to.waiting = "one"; });
  EXPECT_NE(caller.read_until("one\r\n"), "");
  drain_aside();
  EXPECT_EQ(caller.read_all(), "0\r\n\r\n");
  draining.join();
  EXPECT_TRUE(tap->is_destroyed);
}

TEST_F(ServerDrain, closes_by_force_what_takes_too_long) {
  ServerOptions options = small_options();
  options.drain_timeout = std::chrono::seconds(1);
  start(options);
  Client late = client();
  late.send(get("/later"));
  const Reply reply = handler.next_reply();
  const auto begin = std::chrono::steady_clock::now();
  server->drain();
  const auto time = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(time, milliseconds(1000));
  EXPECT_LT(time, milliseconds(2000));
  EXPECT_EQ(late.read_answer().status, 0U);
  std::atomic<bool> was_run = false;
  reply.run([&](Exchange&) { was_run = true; });
  server->post(0, [&] { was_run = true; });
  std::this_thread::sleep_for(milliseconds(50));
  EXPECT_FALSE(was_run);
}

TEST_F(ServerDrain, runs_what_was_posted_before) {
  start();
  std::atomic<int> ran = 0;
  for (int i = 0; i < 100; ++i) server->post(static_cast<std::size_t>(i) % server->threads(), [&] { ++ran; });
  server->drain();
  EXPECT_EQ(ran, 100);
}

TEST_F(ServerDrain, under_load_loses_no_request_that_was_answered_half) {
  start();
  std::atomic<bool> is_wrong = false;
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&] {
      try {
        Client caller(server->port());
        for (;;) {
          caller.send(get("/bytes/50000"));
          const ReadAnswer answer = caller.read_answer();
          if (answer.status == 0) return;  // closed between two requests: nothing of an answer came
          if (!answer.is_complete || answer.body.size() != 50000) is_wrong = true;
          if (answer.headers.contains("connection")) return;
        }
      } catch (const std::system_error&) {  // the same, noticed while sending
      }
    });
  }
  std::this_thread::sleep_for(milliseconds(200));
  const auto begin = std::chrono::steady_clock::now();
  server->drain();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(2500));
  for (auto& caller : callers) caller.join();
  EXPECT_FALSE(is_wrong);
  EXPECT_GT(handler.handled(), 8U);
}

TEST_F(ServerDrain, of_a_server_that_was_never_started_is_nothing) {
  server = std::make_unique<Server>(small_options(), handler, telemetry);
  EXPECT_NE(server->port(), 0);
  server->drain();
}

}  // namespace dialin::http::server_tests
