// Answers that come later, from other threads, or not at all.

#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "api/http/server_fixture.h"

namespace dialin::http::server_tests {

using std::chrono::milliseconds;

class ServerReplies : public ServerTest {
 protected:
  static Response text(std::string body) {
    Response response;
    response.body = std::move(body);
    return response;
  }
};

TEST_F(ServerReplies, come_from_any_thread) {
  start();
  Client caller = client();
  for (int i = 0; i < 100; ++i) {
    caller.send(get("/later"));
    std::thread([reply = handler.next_reply(), i] { reply.respond(text(std::to_string(i))); }).join();
    EXPECT_EQ(caller.read_answer().body, std::to_string(i));
  }
}

TEST_F(ServerReplies, leave_a_chunked_request_behind_them_whole) {
  start();
  Client caller = client();
  caller.send(get("/later") + "PUT /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
  const Reply reply = handler.next_reply();
  std::this_thread::sleep_for(milliseconds(50));  // the server waits for more behind what it has
  reply.respond(text("late"));
  EXPECT_EQ(caller.read_answer().body, "late");
  caller.send("1\r\n!\r\n0\r\n\r\n" + get("/status/204"));
  const ReadAnswer answer = caller.read_answer();
  EXPECT_EQ(answer.status, 200U);
  EXPECT_NE(answer.body.find("hello!"), std::string::npos) << answer.body;
  EXPECT_EQ(caller.read_answer().status, 204U);
}

TEST_F(ServerReplies, may_look_at_the_request_on_its_thread) {
  start();
  Client caller = client();
  caller.send("PUT /later?q HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nAccept: a\r\n\r\nbody");
  // What the caller sends meanwhile must not run over what the request is made of.
  caller.send(get("/echo") + get("/echo"));
  std::this_thread::sleep_for(milliseconds(50));
  std::size_t thread = 99;
  handler.next_reply().run([&](Exchange& exchange) {
    thread = exchange.thread();
    const Request& request = exchange.request();
    exchange.respond(text(std::string(request.query) + std::string(*request.field(Field::accept)) + std::string(request.body)));
  });
  EXPECT_EQ(caller.read_answer().body, "qabody");
  EXPECT_LT(thread, server->threads());
  EXPECT_EQ(caller.read_answer().status, 200U);
  EXPECT_EQ(caller.read_answer().status, 200U);
}

TEST_F(ServerReplies, keep_the_order_of_a_pipeline) {
  start();
  Client caller = client();
  caller.send(get("/later") + get("/bytes/3") + get("/later"));
  const Reply first = handler.next_reply();
  EXPECT_TRUE(caller.is_silent_for(milliseconds(50)));
  first.respond(text("first"));
  EXPECT_EQ(caller.read_answer().body, "first");
  EXPECT_EQ(caller.read_answer().body, "bbb");
  handler.next_reply().respond(text("third"));
  EXPECT_EQ(caller.read_answer().body, "third");
}

TEST_F(ServerReplies, keep_the_order_of_a_pipeline_when_they_are_large) {
  start();
  Client caller = client();
  const std::string large(40'000, 'x');
  caller.send(get("/later") + get("/bytes/50000") + get("/bytes/3"));
  handler.next_reply().respond(text(large));
  EXPECT_EQ(caller.read_answer().body, large);
  EXPECT_EQ(caller.read_answer().body, std::string(50'000, 'b'));
  EXPECT_EQ(caller.read_answer().body, "bbb");
}

TEST_F(ServerReplies, count_once) {
  start();
  Client caller = client();
  caller.send(get("/later") + get("/later"));
  const Reply reply = handler.next_reply();
  for (const char* body : {"first", "second", "third"}) reply.respond(text(body));
  reply.run([](Exchange& exchange) { exchange.respond(text("fourth")); });
  EXPECT_EQ(caller.read_answer().body, "first");
  const Reply other = handler.next_reply();
  EXPECT_TRUE(caller.is_silent_for(milliseconds(50)));
  other.respond(text("other"));
  EXPECT_EQ(caller.read_answer().body, "other");
}

TEST_F(ServerReplies, that_nobody_keeps_become_500) {
  start();
  Client caller = client();
  caller.send(get("/drop") + get("/echo"));
  EXPECT_EQ(caller.read_answer().status, 500U);
  EXPECT_EQ(caller.read_answer().status, 200U);
  caller.send(get("/later"));
  handler.next_reply().run([](Exchange&) {});
  EXPECT_EQ(caller.read_answer().status, 500U);
  EXPECT_EQ(telemetry.answered_with(5), 2U);
  EXPECT_NE(telemetry.said().find("dropped"), std::string::npos);
}

TEST_F(ServerReplies, may_be_handed_on) {
  start();
  Client caller = client();
  caller.send(get("/later"));
  std::shared_ptr<Reply> second;
  std::atomic<bool> is_taken = false;
  handler.next_reply().run([&](Exchange& exchange) {
    second = std::make_shared<Reply>(exchange.later());
    is_taken = true;
  });
  ASSERT_TRUE(eventually([&] { return is_taken.load(); }));
  EXPECT_TRUE(caller.is_silent_for(milliseconds(50)));
  second->respond(text("handed on"));
  EXPECT_EQ(caller.read_answer().body, "handed on");
}

TEST_F(ServerReplies, and_handlers_that_throw_become_500) {
  start();
  Client caller = client();
  caller.send(get("/throw") + get("/silent") + get("/later"));
  EXPECT_EQ(caller.read_answer().status, 500U);
  EXPECT_EQ(caller.read_answer().status, 500U);
  handler.next_reply().run([](Exchange&) { throw std::runtime_error("thrown late"); });
  const ReadAnswer answer = caller.read_answer();
  EXPECT_EQ(answer.status, 500U);
  EXPECT_EQ(answer.body.find("thrown"), std::string::npos);
  EXPECT_NE(telemetry.said().find("thrown late"), std::string::npos);
  caller.send(get("/echo"));
  EXPECT_EQ(caller.read_answer().status, 200U);
}

TEST_F(ServerReplies, are_not_worked_on_when_the_caller_has_gone) {
  start();
  Client caller = client();
  caller.send(get("/later"));
  const Reply reply = handler.next_reply();
  caller.reset();
  ASSERT_TRUE(eventually([this] { return telemetry.gauge(Gauge::connections_open) == 0; }));
  std::atomic<bool> was_run = false;
  reply.run([&](Exchange&) { was_run = true; });
  std::atomic<bool> is_behind = false;
  for (std::size_t i = 0; i < server->threads(); ++i) server->post(i, [&] { is_behind = true; });
  EXPECT_TRUE(eventually([&] { return is_behind.load(); }));
  server->drain();
  EXPECT_FALSE(was_run);
}

TEST_F(ServerReplies, may_outlive_the_server) {
  start();
  auto caller = std::make_unique<Client>(server->port());
  caller->send(get("/later"));
  const Reply reply = handler.next_reply();
  server.reset();
  reply.respond(Response{});
}

TEST_F(ServerReplies, by_the_thousand_from_four_threads) {
  start();
  std::vector<std::thread> answering;
  for (int i = 0; i < 4; ++i) {
    answering.emplace_back([this] {
      for (int n = 0; n < 500; ++n) handler.next_reply().respond(text("late"));
    });
  }
  std::vector<std::unique_ptr<Client>> callers;
  for (int i = 0; i < 20; ++i) callers.push_back(std::make_unique<Client>(server->port()));
  for (int round = 0; round < 100; ++round) {
    for (auto& caller : callers) caller->send(get("/later"));
    for (auto& caller : callers) ASSERT_EQ(caller->read_answer().body, "late");
  }
  for (auto& thread : answering) thread.join();
}

}  // namespace dialin::http::server_tests
