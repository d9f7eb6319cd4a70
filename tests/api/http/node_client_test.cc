// Who speaks to another node gives no key to a stranger, sends nothing twice that must not be, and never waits without end.

#include "api/http/node_client.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <netdb.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <future>
#include <thread>

#include "api/http/certificates.h"
#include "api/http/live_api.h"
#include "api/http/server_fixture.h"

constexpr std::string_view kNameThatHangs = "hangs.invalid";
constexpr std::chrono::seconds kHangs{3};

/// Before the C library's own: of one name the server of names says nothing for long.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* wish, addrinfo** found) {
  static const auto own = reinterpret_cast<decltype(&::getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  if (name != nullptr && name == kNameThatHangs) {
    std::this_thread::sleep_for(kHangs);
    return EAI_AGAIN;
  }
  return own(name, service, wish, found);
}

namespace dialin::http {
namespace {

using server_tests::CountingTelemetry;
using server_tests::TestHandler;

/// A node that says what the test wants of itself.
class Peer : public TestHandler {
 public:
  void handle(Exchange& exchange) override {
    if (exchange.request().path != "/readyz") return TestHandler::handle(exchange);
    ++asked_who_it_is;
    Response response;
    response.status = status;
    response.body = readiness;
    exchange.respond(std::move(response));
  }

  std::string readiness;
  unsigned status = 200;
  std::atomic<int> asked_who_it_is{0};
};

class NodeClientTest : public ::testing::Test {
 protected:
  explicit NodeClientTest(std::shared_ptr<const TlsContext> tls = nullptr) : encryption(tls), client(std::move(tls)) { start(0); }

  void start(std::uint16_t port) {
    ServerOptions options;
    options.tls = encryption;
    options.port = port;
    options.threads = 1;
    server = std::make_unique<Server>(options, peer, telemetry);
    server->start();
    leader.url = (encryption ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(server->port());
    peer.readiness = readiness();
  }
  void stop() {
    server->drain();
    server.reset();
  }
  std::string readiness(const std::string& role = "leader", const std::string& node = "two", std::uint64_t term = 7) const {
    return R"({"role":")" + role + R"(","node":")" + node + R"(","log":")" + leader.log.text() + R"(","term":)" + std::to_string(term) +
           "}";
  }
  Result<NodeAnswer, NoAnswer> send(const std::string& target, bool may_be_repeated = false) {
    std::promise<Result<NodeAnswer, NoAnswer>> told;
    client.send(leader, {"PUT", target, {{"Authorization", "Bearer key"}, {"If-Match", "\"1\""}}, "body", may_be_repeated},
                [&](Result<NodeAnswer, NoAnswer> answer) { told.set_value(std::move(answer)); });
    return told.get_future().get();
  }

  CountingTelemetry telemetry;
  Peer peer;
  LeadingNode leader{{}, "two", LogId{{1, 2, 3}}, 7};
  std::shared_ptr<const TlsContext> encryption;
  std::unique_ptr<Server> server;
  NodeClient client;
};

/// Both ends have a certificate of the nodes' authority.
struct Pki {
  TemporaryDir dir;
  server_tests::Authority nodes{dir / "", "nodes"};
  server_tests::Issued own = nodes.issue("node");
  std::shared_ptr<TlsContext> tls = *TlsContext::load({own.certificate, own.key, nodes.file()});
};
class NodeClientOverTls : private Pki, public NodeClientTest {
 protected:
  NodeClientOverTls() : NodeClientTest(Pki::tls) {}
};

TEST_F(NodeClientTest, carries_a_request_as_it_came_and_the_answer_back) {
  const auto answer = send("/echo?a=b");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200U);
  for (const char* part : {"PUT /echo ?a=b", "authorization=Bearer key", "if-match=\"1\"", "body=body"}) {
    EXPECT_NE(answer->body.find(part), std::string::npos) << part << " in " << answer->body;
  }
  EXPECT_EQ(answer->content_type, "text/plain");
  const auto headers = send("/headers");
  ASSERT_TRUE(headers);
  const std::pair<std::string, std::string> tag{"ETag", "\"1\""};
  EXPECT_NE(std::find(headers->headers.begin(), headers->headers.end(), tag), headers->headers.end());
  EXPECT_EQ(send("/status/409")->status, 409U);
}

TEST_F(NodeClientTest, asks_once_who_answers_and_again_when_another_leads) {
  ASSERT_TRUE(send("/echo"));
  ASSERT_TRUE(send("/echo"));
  EXPECT_EQ(peer.asked_who_it_is, 1);
  leader.term = 8;
  peer.readiness = readiness("leader", "two", 8);
  ASSERT_TRUE(send("/echo"));
  EXPECT_EQ(peer.asked_who_it_is, 2);
}

TEST_F(NodeClientTest, gives_nothing_to_who_is_not_the_node_that_leads) {
  const std::string strangers[] = {readiness("follower"),
                                   readiness("leader", "three"),
                                   readiness("leader", "two", 6),
                                   "{}",
                                   R"({"role":7,"node":[]})",
                                   "no JSON",
                                   "",
                                   "[]"};
  for (const std::string& stranger : strangers) {
    peer.readiness = stranger;
    const auto answer = send("/echo");
    ASSERT_FALSE(answer) << stranger;
    EXPECT_FALSE(answer.error().was_sent);
    EXPECT_NE(answer.error().why.find("does not say that it is node two, leading in term 7"), std::string::npos) << answer.error().why;
  }
  peer.readiness = readiness();
  leader.log = LogId{{9}};
  EXPECT_FALSE(send("/echo"));
  EXPECT_EQ(peer.handled(), 0U);
}

/// A node that leads may be unready for other reasons, such as a full disk: it answers the write itself.
TEST_F(NodeClientTest, takes_a_leader_that_is_not_ready) {
  peer.status = 503;
  EXPECT_TRUE(send("/echo"));
}

TEST_F(NodeClientTest, says_when_nothing_was_sent) {
  stop();
  const auto unreachable = send("/echo", true);
  ASSERT_FALSE(unreachable);
  EXPECT_FALSE(unreachable.error().was_sent);
  EXPECT_NE(unreachable.error().why.find("cannot be reached"), std::string::npos) << unreachable.error().why;
  leader.url = "ftp://elsewhere";
  EXPECT_FALSE(send("/echo"));
}

TEST_F(NodeClientTest, waits_for_a_name_that_nobody_knows_no_longer_than_for_a_connection) {
  leader.url = "http://" + std::string(kNameThatHangs) + ":1";
  const auto began = std::chrono::steady_clock::now();
  std::vector<std::promise<Result<NodeAnswer, NoAnswer>>> told(20);
  for (auto& each : told) {
    client.send(leader, {"PUT", "/echo", {}, "body", false},
                [&](Result<NodeAnswer, NoAnswer> answer) { each.set_value(std::move(answer)); });
  }
  for (auto& each : told) {
    const auto answer = each.get_future().get();
    ASSERT_FALSE(answer);
    EXPECT_FALSE(answer.error().was_sent);
  }
  EXPECT_FALSE(send("/echo")) << "who comes when it hangs already";
  EXPECT_LT(std::chrono::steady_clock::now() - began, kHangs - std::chrono::milliseconds(500));
}

TEST_F(NodeClientTest, reaches_an_address_while_a_name_hangs) {
  LeadingNode other = leader;
  other.url = "http://" + std::string(kNameThatHangs) + ":1";
  std::promise<void> told;
  client.send(other, {"PUT", "/echo", {}, "body", false}, [&](const Result<NodeAnswer, NoAnswer>&) { told.set_value(); });
  EXPECT_TRUE(send("/echo"));
  told.get_future().wait();
}

/// What died with a request may have carried it out.
TEST_F(NodeClientTest, says_when_a_request_was_sent_and_its_answer_lost) {
  namespace asio = boost::asio;
  asio::io_context io;
  asio::ip::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  leader.url = "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
  const std::string body = readiness();
  std::thread dying([&] {
    auto connection = acceptor.accept();
    std::string request;
    asio::read_until(connection, asio::dynamic_buffer(request), "\r\n\r\n");
    asio::write(connection, asio::buffer("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body));
    request.clear();
    asio::read_until(connection, asio::dynamic_buffer(request), "\r\n\r\n");
  });
  const auto lost = send("/echo", true);
  dying.join();
  ASSERT_FALSE(lost);
  EXPECT_TRUE(lost.error().was_sent);
}

TEST_F(NodeClientTest, goes_on_with_a_new_connection_when_the_kept_one_was_closed) {
  ASSERT_TRUE(send("/echo"));
  const std::uint16_t port = server->port();
  stop();
  start(port);
  EXPECT_TRUE(send("/echo"));
}

TEST_F(NodeClientTest, repeats_nothing_that_was_not_answered_in_time) {
  constexpr std::chrono::milliseconds kMost{300};
  ASSERT_TRUE(send("/echo")) << "a connection is kept";
  std::promise<Result<NodeAnswer, NoAnswer>> told;
  client.send(leader,
              {.method = "PUT",
               .target = "/later",
               .headers = {},
               .body = "body",
               .may_be_repeated = true,
               .extra = kMost - NodeClient::kAnswerMost},
              [&](Result<NodeAnswer, NoAnswer> answer) { told.set_value(std::move(answer)); });
  auto answer = told.get_future();
  const auto got = answer.get();
  ASSERT_FALSE(got);
  EXPECT_TRUE(got.error().was_sent);
  EXPECT_TRUE(got.error().is_late);
  EXPECT_EQ(peer.asked_who_it_is, 1) << "it was sent again, over a new connection";
}

TEST_F(NodeClientTest, has_many_requests_under_way_and_refuses_too_many) {
  constexpr std::size_t kMore = 10;
  std::atomic<std::size_t> refused{0};
  std::atomic<std::size_t> answered{0};
  for (std::size_t i = 0; i < NodeClient::kInFlightMax + kMore; ++i) {
    client.send(leader, {"PUT", "/later", {}, "body", false},
                [&](const Result<NodeAnswer, NoAnswer>& answer) { ++(answer ? answered : refused); });
  }
  EXPECT_EQ(refused, kMore);
  for (std::size_t i = 0; i < NodeClient::kInFlightMax; ++i) peer.next_reply().respond({});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (answered < NodeClient::kInFlightMax && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_EQ(answered, NodeClient::kInFlightMax);
}

TEST_F(NodeClientTest, has_no_more_under_way_than_it_was_told) {
  constexpr std::size_t kMost = 4;
  constexpr std::size_t kMore = 3;
  NodeClient few(nullptr, kMost);
  std::atomic<std::size_t> refused{0};
  std::atomic<std::size_t> answered{0};
  for (std::size_t i = 0; i < kMost + kMore; ++i) {
    few.send(leader, {"PUT", "/later", {}, "body", false},
             [&](const Result<NodeAnswer, NoAnswer>& answer) { ++(answer ? answered : refused); });
  }
  EXPECT_EQ(refused, kMore);
  for (std::size_t i = 0; i < kMost; ++i) peer.next_reply().respond({});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (answered < kMost && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_EQ(answered, kMost);
}

TEST_F(NodeClientTest, leaves_room_for_other_tenants) {
  const TenantId greedy{{1}};
  const TenantId other{{2}};
  std::atomic<std::size_t> refused{0};
  std::atomic<std::size_t> answered{0};
  const auto ask = [&](const TenantId& tenant) {
    client.send(leader, {.method = "PUT", .target = "/later", .headers = {}, .body = "body", .tenant = tenant},
                [&](const Result<NodeAnswer, NoAnswer>& answer) { ++(answer ? answered : refused); });
  };
  for (std::size_t i = 0; i < NodeClient::kInFlightMax; ++i) ask(greedy);
  EXPECT_EQ(refused, NodeClient::kInFlightMax / 2);
  ask(other);
  EXPECT_EQ(refused, NodeClient::kInFlightMax / 2);
  const std::size_t taken = NodeClient::kInFlightMax / 2 + 1;
  for (std::size_t i = 0; i < taken; ++i) peer.next_reply().respond({});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (answered < taken && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_EQ(answered, taken);
}

TEST_F(NodeClientOverTls, shows_its_certificate_and_keeps_the_connection) {
  for (int i = 0; i < 5; ++i) {
    const auto answer = send("/peer");
    ASSERT_TRUE(answer) << answer.error().why;
    EXPECT_EQ(answer->body, "127.0.0.1, a node");
  }
  EXPECT_EQ(telemetry.count(Counter::tls_handshakes_full), 1U);
}

TEST_F(NodeClientOverTls, goes_on_with_a_new_connection_when_the_kept_one_was_closed) {
  ASSERT_TRUE(send("/echo"));
  const std::uint16_t port = server->port();
  stop();
  start(port);
  EXPECT_TRUE(send("/echo"));
}

TEST_F(NodeClientOverTls, gives_nothing_to_who_has_another_name_or_speaks_in_the_clear) {
  const std::string port = std::to_string(server->port());
  for (const std::string& url : {"https://127.0.0.2:" + port, "http://127.0.0.1:" + port}) {
    leader.url = url;
    const auto answer = send("/echo");
    ASSERT_FALSE(answer) << url;
    EXPECT_FALSE(answer.error().was_sent);
  }
  EXPECT_EQ(peer.handled(), 0U);
}

TEST_F(NodeClientOverTls, is_known_by_nobody_who_has_another_authority) {
  const TemporaryDir elsewhere;
  const server_tests::Authority others(elsewhere / "", "others");
  const auto foreign = others.issue("node");
  encryption = *TlsContext::load({foreign.certificate, foreign.key, others.file()});
  stop();
  start(0);
  const auto answer = send("/echo", true);
  ASSERT_FALSE(answer);
  EXPECT_FALSE(answer.error().was_sent);
  EXPECT_NE(answer.error().why.find("its certificate is refused"), std::string::npos) << answer.error().why;
  EXPECT_EQ(peer.handled(), 0U);
}

TEST_F(NodeClientTest, asks_any_node_who_it_is) {
  std::promise<Result<NodeAnswer, NoAnswer>> told;
  client.ask_readiness(leader.url, [&](Result<NodeAnswer, NoAnswer> answer) { told.set_value(std::move(answer)); });
  const auto answer = told.get_future().get();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, readiness());
}

}  // namespace
}  // namespace dialin::http
