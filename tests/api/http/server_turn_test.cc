// Connections that share a thread: whose turn it is, and when their answers go out.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <future>
#include <list>
#include <string>
#include <thread>

#include "api/http/server_fixture.h"

namespace dialin::http::server_tests {

using std::chrono::milliseconds;

class ServerTurns : public ServerTest {
 protected:
  void start_one_thread() {
    ServerOptions options = small_options();
    options.threads = 1;
    start(options);
  }

  /// Keeps the only thread busy until let_go(), so that all that is sent meanwhile is there at once. `busy` has asked for /later.
  void hold_up() {
    handler.next_reply().run([waiting = let_go_.get_future().share()](Exchange& exchange) {
      waiting.wait();
      exchange.respond({});
    });
  }
  void let_go() {
    std::this_thread::sleep_for(milliseconds(50));  // what was sent is on its way
    let_go_.set_value();
  }

  std::promise<void> let_go_;
};

TEST_F(ServerTurns, others_come_between_pipelined_requests_that_take_long) {
  start_one_thread();
  Client greedy = client();
  Client other = client();
  greedy.send(get("/later") + get("/busy/5") + get("/busy/5") + get("/busy/5") + get("/busy/5") + get("/busy/5"));
  hold_up();
  other.send(get("/echo"));
  let_go();
  for (int i = 0; i < 6; ++i) EXPECT_EQ(greedy.read_answer().status, 200U);
  EXPECT_EQ(other.read_answer().status, 200U);

  const std::vector<std::string> answered = telemetry.answered();
  ASSERT_EQ(answered.size(), 7U);
  const auto echo = std::ranges::find_if(answered, [](const std::string& line) { return line.starts_with("GET /echo "); });
  EXPECT_LE(echo - answered.begin(), 3) << "behind too many of the others";
}

TEST_F(ServerTurns, answers_that_go_out_together_are_everybodys_own) {
  start_one_thread();
  Client busy = client();
  std::list<Client> callers;
  for (int i = 0; i < 100; ++i) callers.emplace_back(server->port());
  busy.send(get("/later"));
  hold_up();
  std::size_t bytes = 0;
  for (Client& caller : callers) {
    ++bytes;
    caller.send(get("/bytes/" + std::to_string(bytes)) + get("/bytes/" + std::to_string(1000 + bytes)));
  }
  let_go();
  bytes = 0;
  for (Client& caller : callers) {
    ++bytes;
    EXPECT_EQ(caller.read_answer().body.size(), bytes);
    EXPECT_EQ(caller.read_answer().body.size(), 1000 + bytes);
  }
  // And each goes on.
  for (Client& caller : callers) caller.send(get("/status/200"));
  for (Client& caller : callers) EXPECT_EQ(caller.read_answer().body, "body");
}

TEST_F(ServerTurns, what_is_asked_while_an_answer_waits_is_answered_behind_it) {
  start_one_thread();
  Client busy = client();
  std::list<Client> callers;
  std::list<Reply> replies;
  for (int i = 0; i < 20; ++i) {
    callers.emplace_back(server->port()).send(get("/later"));
    replies.push_back(handler.next_reply());
  }
  // Not by hold_up(): the answers and what is sent behind them must be seen by one look at what has come.
  busy.send(get("/busy/200"));
  std::this_thread::sleep_for(milliseconds(50));
  for (const Reply& reply : replies) {
    Response first;
    first.body = "first";
    reply.respond(std::move(first));
  }
  const std::array<std::string, 4> next{get("/bytes/50"), get("/bytes/100000"), get("/later"), "no request\r\n\r\n"};
  std::size_t which = 0;
  for (Client& caller : callers) caller.send(next.at(which++ % next.size()));
  which = 0;
  for (Client& caller : callers) {
    EXPECT_EQ(caller.read_answer().body, "first");
    switch (which++ % next.size()) {
      case 0:
        EXPECT_EQ(caller.read_answer().body.size(), 50U);
        break;
      case 1:
        EXPECT_EQ(caller.read_answer().body.size(), 100'000U);
        break;
      case 2:
        handler.next_reply().respond({});
        EXPECT_EQ(caller.read_answer().status, 200U);
        break;
      case 3:
        EXPECT_EQ(caller.read_answer().status, 400U);
        break;
    }
  }
}

TEST_F(ServerTurns, an_answer_reaches_who_has_said_all_though_others_go_away) {
  start_one_thread();
  Client busy = client();
  std::list<Client> stay, leave;
  for (int i = 0; i < 20; ++i) {
    stay.emplace_back(server->port());
    leave.emplace_back(server->port());
  }
  busy.send(get("/later"));
  hold_up();
  for (Client& caller : leave) caller.send(get("/bytes/3000"));
  for (Client& caller : stay) {
    caller.send(get("/bytes/3000"));
    caller.end_sending();
  }
  leave.clear();  // with what they were sent unread: a reset
  let_go();
  for (Client& caller : stay) {
    EXPECT_EQ(caller.read_answer().body.size(), 3000U);
    EXPECT_EQ(caller.read_all(), "");
  }
}

TEST_F(ServerTurns, who_goes_away_while_asking_more_behind_a_late_answer_ends_once) {
  start_one_thread();
  Client busy = client();
  Client caller = client();
  caller.send(get("/later"));
  const Reply reply = handler.next_reply();
  busy.send(get("/busy/200"));
  std::this_thread::sleep_for(milliseconds(50));
  // Both are there when the thread looks again: the late answer is held, and sent when the next request comes, which takes long.
  reply.respond({});
  caller.send(get("/busy/200", "Connection: close\r\n"));
  std::this_thread::sleep_for(milliseconds(250));
  caller.reset();  // the last answer cannot be sent
  EXPECT_EQ(busy.read_answer().status, 200U);
  Client other = client();
  other.send(get("/status/200"));
  EXPECT_EQ(other.read_answer().status, 200U);
}

}  // namespace dialin::http::server_tests
