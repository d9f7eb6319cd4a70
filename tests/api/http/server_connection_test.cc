// What becomes of connections: kept, closed, timed out, too many; and the form of answers.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <memory>
#include <thread>

#include "api/http/server_fixture.h"

namespace dialin::http::server_tests {

using std::chrono::milliseconds;

class ServerConnections : public ServerTest {};

TEST_F(ServerConnections, stay_open_as_the_caller_wishes) {
  start();
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", ""},
      {"GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\n\r\n", ""},
      {"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", "close"},
      {"GET / HTTP/1.1\r\nHost: h\r\nConnection: te, Close\r\n\r\n", "close"},
      {"GET / HTTP/1.0\r\n\r\n", "close"},
      {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "keep-alive"},
  };
  for (const auto& [bytes, connection] : cases) {
    Client caller = client();
    caller.send(bytes);
    ReadAnswer answer = caller.read_answer();
    EXPECT_EQ(answer.status, 200U);
    EXPECT_EQ(answer.headers["connection"], connection) << bytes;
    if (connection == "close") {
      EXPECT_TRUE(caller.is_closed_within(milliseconds(500))) << bytes;
    } else {
      caller.send(get("/echo"));
      EXPECT_EQ(caller.read_answer().status, 200U) << bytes;
    }
  }
}

TEST_F(ServerConnections, get_answers_with_few_headers) {
  start();
  Client caller = client();
  caller.send(get("/headers"));
  ReadAnswer answer = caller.read_answer();
  EXPECT_EQ(answer.headers["server"], "dialin");
  EXPECT_EQ(answer.headers["date"].size(), 29U);
  EXPECT_EQ(answer.headers["date"].substr(25), " GMT");
  EXPECT_EQ(answer.headers["content-type"], "text/plain");
  EXPECT_EQ(answer.headers["content-length"], "0");
  EXPECT_EQ(answer.headers["etag"], "\"1\"");
  EXPECT_EQ(answer.headers["x-two"], "2");
  EXPECT_EQ(answer.headers.size(), 6U);
}

TEST_F(ServerConnections, get_to_head_what_a_get_would_say_but_its_body) {
  start();
  Client caller = client();
  for (const std::string path : {"/bytes/570", "/bytes/60000", "/bytes/0"}) {
    caller.send("HEAD " + path + " HTTP/1.1\r\nHost: h\r\n\r\n" + get(path));
    ReadAnswer head = caller.read_answer(true);
    ReadAnswer whole = caller.read_answer();
    head.headers.erase("date");
    whole.headers.erase("date");
    EXPECT_EQ(head.headers, whole.headers);
    EXPECT_EQ(std::to_string(whole.body.size()), head.headers["content-length"]);
  }
}

TEST_F(ServerConnections, get_no_body_with_a_status_that_has_none) {
  start();
  Client caller = client();
  for (const std::string status : {"204", "304"}) {
    caller.send(get("/status/" + status));
    ReadAnswer answer = caller.read_answer();
    EXPECT_EQ(std::to_string(answer.status), status);
    EXPECT_FALSE(answer.headers.contains("content-length"));
    EXPECT_FALSE(answer.headers.contains("content-type"));
  }
  caller.send(get("/echo"));
  EXPECT_EQ(caller.read_answer().status, 200U);
}

TEST_F(ServerConnections, get_bodies_of_every_size) {
  start();
  Client caller = client();
  for (const std::size_t bytes : {1U, 16U * 1024U, 16U * 1024U + 1U, 100'000U, 20'000'000U}) {
    caller.send(get("/bytes/" + std::to_string(bytes)) + get("/echo"));
    EXPECT_EQ(caller.read_answer().body, std::string(bytes, 'b'));
    EXPECT_EQ(caller.read_answer().status, 200U);
  }
}

TEST_F(ServerConnections, are_told_to_continue_once) {
  start();
  Client caller = client();
  for (int i = 0; i < 2; ++i) {
    caller.send("PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(caller.read_answer().status, 100U);
    caller.send("bo");
    EXPECT_TRUE(caller.is_silent_for(milliseconds(50)));
    caller.send("dy");
    EXPECT_TRUE(caller.read_answer().body.ends_with("body=body"));
  }
  caller.send("PUT /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nExpect: 100-Continue\r\n\r\n");
  EXPECT_EQ(caller.read_answer().status, 100U);
  caller.send("4\r\nbody\r\n0\r\n\r\n");
  EXPECT_TRUE(caller.read_answer().body.ends_with("body=body"));
}

TEST_F(ServerConnections, are_not_told_to_continue_when_there_is_no_need) {
  start();
  Client caller = client();
  caller.send("PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nbody");
  EXPECT_EQ(caller.read_answer().status, 200U);
  caller.send("PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9999\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(caller.read_answer().status, 413U);
}

TEST_F(ServerConnections, end_with_an_answer_that_can_be_read_though_the_caller_still_sends) {
  start();
  Client caller = client();
  const std::string body(300'000, 'x');
  caller.send("PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n" + body);
  EXPECT_EQ(caller.read_answer().status, 413U);
  EXPECT_EQ(caller.read_all(), "");
}

TEST_F(ServerConnections, of_a_caller_that_has_said_all_are_still_answered) {
  start();
  Client caller = client();
  caller.send(get("/echo") + get("/later"));
  caller.end_sending();
  EXPECT_EQ(caller.read_answer().status, 200U);
  handler.next_reply().respond(Response{});
  EXPECT_EQ(caller.read_answer().status, 200U);
  EXPECT_TRUE(caller.is_closed_within(milliseconds(500)));
}

TEST_F(ServerConnections, are_closed_silently_when_idle) {
  start();
  Client fresh = client();
  Client used = client();
  used.send(get("/echo"));
  EXPECT_EQ(used.read_answer().status, 200U);
  EXPECT_TRUE(used.is_silent_for(milliseconds(700)));
  EXPECT_TRUE(fresh.is_closed_within(milliseconds(2000)));
  EXPECT_TRUE(used.is_closed_within(milliseconds(2000)));
  EXPECT_EQ(telemetry.count(Counter::connections_timed_out), 0U);
}

TEST_F(ServerConnections, get_408_when_a_head_or_body_takes_too_long) {
  start();
  std::vector<std::unique_ptr<Client>> callers;
  for (const std::string bytes :
       {"G", "GET /echo HTTP/1.1\r\nHost: h\r\n", "PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbod"}) {
    callers.push_back(std::make_unique<Client>(server->port()));
    callers.back()->send(bytes);
  }
  for (auto& caller : callers) {
    EXPECT_TRUE(caller->is_silent_for(milliseconds(300)));
  }
  for (auto& caller : callers) {
    EXPECT_EQ(caller->read_answer().status, 408U);
    EXPECT_EQ(caller->read_all(), "");
  }
  EXPECT_EQ(telemetry.count(Counter::connections_timed_out), 3U);
}

TEST_F(ServerConnections, get_408_though_they_drip) {
  start();
  Client caller = client();
  const auto begin = std::chrono::steady_clock::now();
  while (caller.is_silent_for(milliseconds(100))) caller.send_what_fits("G");
  EXPECT_EQ(caller.read_answer().status, 408U);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(2500));
}

TEST_F(ServerConnections, that_take_no_answer_are_closed) {
  start();
  Client caller = client(4096);
  caller.send(get("/bytes/20000000"));
  EXPECT_TRUE(eventually([this] { return telemetry.count(Counter::connections_timed_out) == 1; }));
  EXPECT_TRUE(eventually([this] { return telemetry.gauge(Gauge::connections_open) == 0; }));
}

TEST_F(ServerConnections, that_take_answers_slowly_are_not_closed) {
  start();
  Client caller = client(4096);
  caller.send(get("/bytes/3000000"));
  for (int i = 0; i < 5; ++i) {
    std::this_thread::sleep_for(milliseconds(400));
    caller.read_until(std::string(100'000, 'b'));
  }
  EXPECT_NE(caller.read_until(std::string(2'500'000, 'b')), "");
  EXPECT_EQ(telemetry.count(Counter::connections_timed_out), 0U);
}

TEST_F(ServerConnections, one_too_many_gets_503) {
  ServerOptions options = small_options();
  options.connections_max = 2;
  options.idle_timeout = std::chrono::seconds(10);
  start(options);
  Client first = client();
  auto second = std::make_unique<Client>(server->port());
  std::vector<Reply> awaited;  // who waits for an answer makes no room
  for (Client* caller : {&first, second.get()}) {
    caller->send(get("/later"));
    awaited.push_back(handler.next_reply());
  }
  Client third = client();
  EXPECT_EQ(third.read_answer().status, 503U);
  EXPECT_EQ(third.read_all(), "");
  EXPECT_EQ(telemetry.count(Counter::connections_refused), 1U);
  awaited.back().respond(Response{});
  second.reset();
  EXPECT_TRUE(eventually([this] { return telemetry.gauge(Gauge::connections_open) <= 1; }));
  Client fourth = client();
  fourth.send(get("/echo"));
  EXPECT_EQ(fourth.read_answer().status, 200U);
}

TEST_F(ServerConnections, the_one_longest_of_no_use_makes_room) {
  ServerOptions options = small_options();
  options.threads = 1;
  options.connections_max = 3;
  options.header_timeout = options.idle_timeout = std::chrono::seconds(10);
  start(options);
  Client useful = client();
  useful.send(get("/echo"));
  EXPECT_EQ(useful.read_answer().status, 200U);
  Client slow = client();
  slow.send("GET /echo HT");
  Client idle = client();
  EXPECT_TRUE(idle.is_silent_for(milliseconds(50)));
  useful.send(get("/echo"));
  EXPECT_EQ(useful.read_answer().status, 200U);
  Client fourth = client();
  EXPECT_TRUE(slow.is_closed_within(milliseconds(500))) << "it came before the idle one, and neither was of use";
  Client fifth = client();
  EXPECT_TRUE(idle.is_closed_within(milliseconds(500)));
  for (Client* caller : {&useful, &fourth, &fifth}) {
    caller->send(get("/echo"));
    EXPECT_EQ(caller->read_answer().status, 200U);
  }
  EXPECT_EQ(telemetry.count(Counter::connections_made_room), 2U);
  EXPECT_EQ(telemetry.count(Counter::connections_refused), 0U);
}

TEST_F(ServerConnections, wait_while_the_process_has_no_descriptors) {
  start();
  rlimit whole{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &whole), 0);
  const int lowest_free = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::close(lowest_free);
  rlimit tight = whole;
  tight.rlim_cur = static_cast<rlim_t>(lowest_free) + 1;  // the caller's own socket is the last one
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  Client caller = client();
  caller.send(get("/echo"));
  EXPECT_TRUE(caller.is_silent_for(milliseconds(300)));
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &whole), 0);
  EXPECT_EQ(caller.read_answer().status, 200U);
  EXPECT_NE(telemetry.said().find("cannot accept"), std::string::npos);
}

TEST_F(ServerConnections, by_the_thousand) {
  ServerOptions options = small_options();
  options.idle_timeout = std::chrono::seconds(30);
  start(options);
  std::vector<std::unique_ptr<Client>> callers;
  for (int i = 0; i < 2000; ++i) callers.push_back(std::make_unique<Client>(server->port()));
  for (int round = 0; round < 2; ++round) {
    for (auto& caller : callers) caller->send(get("/bytes/570"));
    for (auto& caller : callers) ASSERT_EQ(caller->read_answer().body.size(), 570U);
  }
  EXPECT_EQ(telemetry.gauge(Gauge::connections_open), 2000);
  EXPECT_EQ(telemetry.answered_with(2), 4000U);
  callers.clear();
  EXPECT_TRUE(eventually([this] { return telemetry.gauge(Gauge::connections_open) == 0; }));
}

TEST_F(ServerConnections, are_spread_over_the_threads) {
  ServerOptions options = small_options();
  options.threads = 3;
  start(options);
  std::vector<std::unique_ptr<Client>> callers;
  std::vector<std::size_t> per_thread(3);
  for (int i = 0; i < 6; ++i) {
    callers.push_back(std::make_unique<Client>(server->port()));
    callers.back()->send(get("/stream"));
    ++per_thread.at(handler.next_tap()->thread);
  }
  EXPECT_EQ(per_thread, (std::vector<std::size_t>{2, 2, 2}));
}

TEST_F(ServerConnections, cannot_listen_where_another_does) {
  start();
  ServerOptions options = small_options();
  options.port = server->port();
  EXPECT_THROW(Server(options, handler, telemetry), std::system_error);
  options.host = "no such host";
  EXPECT_THROW(Server(options, handler, telemetry), std::system_error);
}

TEST_F(ServerConnections, cannot_come_from_other_machines_in_the_clear_unless_told) {
  ServerOptions options = small_options();
  for (const char* reached : {"0.0.0.0", "::", "*", ""}) {
    options.host = reached;
    options.may_be_reached = false;
    EXPECT_THROW(Server(options, handler, telemetry), std::system_error) << reached;
    options.may_be_reached = true;
    EXPECT_NO_THROW(Server(options, handler, telemetry)) << reached;
  }
}

}  // namespace dialin::http::server_tests
