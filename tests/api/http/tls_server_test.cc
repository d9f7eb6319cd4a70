// A real server that speaks TLS, and callers that do so well, badly or not at all.

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <thread>

#include "api/http/certificates.h"
#include "api/http/live_api.h"
#include "api/http/server_fixture.h"

namespace dialin::http::server_tests {

using std::chrono::milliseconds;

class TlsServers : public ServerTest {
 protected:
  void start_tls(bool knows_nodes = false, ServerOptions options = small_options()) {
    auto loaded = TlsContext::load({own.certificate, own.key, knows_nodes ? nodes.file() : ""});
    ASSERT_TRUE(loaded) << loaded.error().text;
    context = *loaded;
    options.tls = context;
    start(std::move(options));
  }
  std::unique_ptr<Client> caller(const std::shared_ptr<ssl_ctx_st>& with, int receive_bytes = 0) {
    auto made = std::make_unique<Client>(server->port(), receive_bytes);
    made->begin_tls(*with, "localhost");
    return made;
  }
  std::unique_ptr<Client> caller() { return caller(trusting); }
  /// The reason why it did not come to be, as the client saw it.
  std::string why_not(const std::shared_ptr<ssl_ctx_st>& with) {
    try {
      const auto made = caller(with);
      // In TLS 1.3 a client learns only then what the server thinks of its certificate.
      made->send(get("/echo"));
      return made->read_answer().status == 0 ? "the connection ended" : "";
    } catch (const std::exception& error) {
      return error.what();
    }
  }
  std::uint64_t handshakes(Counter counter) { return telemetry.count(counter); }

  TemporaryDir dir;
  Authority authority{dir / "", "authority"};
  Authority nodes{dir / "", "nodes"};
  Issued own = authority.issue("localhost");
  std::shared_ptr<ssl_ctx_st> trusting = client_of(authority);
  std::shared_ptr<TlsContext> context;
};

TEST_F(TlsServers, answer_over_each_version_that_is_sound) {
  start_tls();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    SSL_CTX_set_min_proto_version(trusting.get(), version);
    SSL_CTX_set_max_proto_version(trusting.get(), version);
    const auto one = caller();
    for (int i = 0; i < 3; ++i) {
      one->send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
      const ReadAnswer answer = one->read_answer();
      EXPECT_EQ(answer.status, 200U);
      EXPECT_NE(answer.body.find("body=body"), std::string::npos);
    }
    EXPECT_EQ(SSL_version(one->tls()), version);
  }
  EXPECT_EQ(handshakes(Counter::tls_handshakes_full), 2U);
  EXPECT_EQ(handshakes(Counter::tls_handshakes_failed), 0U);
}

TEST_F(TlsServers, refuse_what_is_old_or_weak) {
  start_tls();
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    const auto old = client_of(authority);
    SSL_CTX_set_security_level(old.get(), 0);
    SSL_CTX_set_min_proto_version(old.get(), version);
    SSL_CTX_set_max_proto_version(old.get(), version);
    EXPECT_NE(why_not(old), "") << version;
  }
  for (const char* cipher : {"AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "NULL", "DES-CBC3-SHA"}) {
    const auto weak = client_of(authority);
    SSL_CTX_set_security_level(weak.get(), 0);
    SSL_CTX_set_max_proto_version(weak.get(), TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(weak.get(), cipher);
    EXPECT_NE(why_not(weak), "") << cipher;
  }
  EXPECT_TRUE(eventually([this] { return handshakes(Counter::tls_handshakes_failed) == 6; }));
}

TEST_F(TlsServers, speak_http_1_1_and_nothing_else) {
  start_tls();
  const struct {
    std::string offered;
    std::string chosen;  ///< empty: refused
  } table[] = {{"\x08http/1.1", "http/1.1"}, {"\x02h2\x08http/1.1", "http/1.1"}, {"\x02h2", ""}};
  for (const auto& row : table) {
    const auto offering = client_of(authority);
    SSL_CTX_set_alpn_protos(offering.get(), reinterpret_cast<const unsigned char*>(row.offered.data()),
                            static_cast<unsigned>(row.offered.size()));
    if (row.chosen.empty()) {
      EXPECT_NE(why_not(offering), "");
      continue;
    }
    const auto one = caller(offering);
    const unsigned char* chosen = nullptr;
    unsigned bytes = 0;
    SSL_get0_alpn_selected(one->tls(), &chosen, &bytes);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(chosen), bytes), row.chosen);
  }
}

TEST_F(TlsServers, resume_by_a_ticket) {
  start_tls();
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    SSL_CTX_set_max_proto_version(trusting.get(), version);
    const auto first = caller();
    first->send(get("/echo"));
    EXPECT_EQ(first->read_answer().status, 200U);
    const std::shared_ptr<SSL_SESSION> ticket(SSL_get1_session(first->tls()), &SSL_SESSION_free);
    ASSERT_EQ(SSL_SESSION_is_resumable(ticket.get()), 1);
    Client again(server->port());
    again.begin_tls(*trusting, "localhost", ticket.get());
    again.send(get("/echo"));
    EXPECT_EQ(again.read_answer().status, 200U);
    EXPECT_EQ(SSL_session_reused(again.tls()), 1);
  }
  EXPECT_EQ(handshakes(Counter::tls_handshakes_resumed), 2U);
}

TEST_F(TlsServers, do_not_renegotiate) {
  start_tls();
  SSL_CTX_set_max_proto_version(trusting.get(), TLS1_2_VERSION);
  const auto one = caller();
  SSL_renegotiate(one->tls());
  EXPECT_NE(SSL_do_handshake(one->tls()), 1);
}

/// A stranger's key updates cost it more than us, and no other caller waits for them.
TEST_F(TlsServers, stand_a_flood_of_key_updates) {
  ServerOptions options = small_options();
  options.idle_timeout = std::chrono::seconds(30);  // they are no requests, and take more than a second on a busy machine
  start_tls(false, options);
  const auto one = caller();
  const auto other = caller();
  for (int i = 0; i < 5000; ++i) {
    ASSERT_EQ(SSL_key_update(one->tls(), SSL_KEY_UPDATE_NOT_REQUESTED), 1);
    ASSERT_EQ(SSL_do_handshake(one->tls()), 1);
  }
  for (Client* each : {one.get(), other.get()}) {
    each->send(get("/echo"));
    EXPECT_EQ(each->read_answer().status, 200U);
  }
}

TEST_F(TlsServers, tell_who_speaks_in_the_clear) {
  start_tls();
  for (const char* method : {"GET", "POST", "DELETE", "OPTIONS", "CONNECT"}) {
    Client plain = client();
    plain.send(std::string(method) + " / HTTP/1.1\r\nHost: h\r\n\r\n");
    const ReadAnswer answer = plain.read_answer();
    EXPECT_EQ(answer.status, 400U) << method;
    EXPECT_NE(answer.body.find("https://"), std::string::npos);
    plain.end_sending();
    EXPECT_TRUE(plain.is_closed_within(milliseconds(1000)));
  }
  EXPECT_EQ(handshakes(Counter::tls_handshakes_plain), 5U);
  EXPECT_EQ(handler.handled(), 0U);
}

TEST_F(TlsServers, end_with_garbage) {
  start_tls();
  const std::string header("\x16\x03\x01", 3);
  const std::string table[] = {
      std::string(64, '\0'),
      std::string(64, '\xff'),
      "hello, is this a server at all?",
      header + std::string("\x00\x01\x01", 3) + header + std::string("\x00\x03\x00\x00\x00", 5),  // a first record of one byte
      header + std::string("\x02\x00\x01\x01\x00\x00", 6) + std::string(100, 'x'),                // a hello of 64 KiB
      header + std::string("\x02\x00\x10\x00\x01\x00", 6) + std::string(100, 'x'),                // another message
      header + std::string("\xff\xff\x01\x00\x01\x00", 6) + std::string(600, 'x'),                // a record beyond every bound
      header + std::string("\x00\x10\x01\x00\x00\x0c", 6) + std::string(64, 'x'),
  };
  for (const std::string& bytes : table) {
    Client stranger = client();
    stranger.send(bytes);
    const std::string got = stranger.read_all();  // an alert at most
    EXPECT_LT(got.size(), 64U);
    EXPECT_EQ(got.find("HTTP"), std::string::npos);
  }
  EXPECT_EQ(handshakes(Counter::tls_handshakes_failed), std::size(table));
  { Client looks_in = client(); }
  EXPECT_TRUE(eventually([this] { return telemetry.gauge(Gauge::connections_open) == 0; }));
  EXPECT_EQ(handshakes(Counter::tls_handshakes_failed), std::size(table));
}

TEST_F(TlsServers, close_who_does_not_come_to_an_end_with_the_handshake) {
  ServerOptions options = small_options();
  options.idle_timeout = std::chrono::seconds(30);
  start_tls(false, options);
  Client silent = client();
  Client begins = client();
  begins.send("\x16\x03\x01");
  Client drips = client();
  const auto since = std::chrono::steady_clock::now();
  while (drips.is_silent_for(milliseconds(100)) && std::chrono::steady_clock::now() - since < milliseconds(5000)) {
    drips.send_what_fits(std::string_view("\x16", 1));
  }
  EXPECT_TRUE(silent.is_closed_within(milliseconds(2500)));
  EXPECT_TRUE(begins.is_closed_within(milliseconds(2500)));
  EXPECT_LT(std::chrono::steady_clock::now() - since, milliseconds(5000));
  EXPECT_EQ(telemetry.count(Counter::connections_timed_out), 2U);  // who drips sent no hello
  // Once it is over, there is time to think.
  const auto idle = caller();
  EXPECT_TRUE(idle->is_silent_for(milliseconds(1800)));
}

TEST_F(TlsServers, say_the_end_before_they_end) {
  start_tls();
  const auto one = caller();
  one->send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(one->read_answer().status, 200U);
  EXPECT_EQ(one->read_all(), "");
  EXPECT_TRUE(one->was_told_the_end());
  const auto idle = caller();
  EXPECT_TRUE(idle->is_closed_within(milliseconds(3000)));
  EXPECT_TRUE(idle->was_told_the_end());
}

TEST_F(TlsServers, answer_who_sends_no_more_but_listens) {
  start_tls();
  const auto one = caller();
  one->send(get("/later"));
  const Reply reply = handler.next_reply();
  one->end_sending();
  std::this_thread::sleep_for(milliseconds(100));
  Response response;
  response.body = "late";
  reply.respond(std::move(response));
  EXPECT_EQ(one->read_answer().body, "late");
  EXPECT_EQ(one->read_all(), "");
  EXPECT_TRUE(one->was_told_the_end());
}

TEST_F(TlsServers, send_large_answers_to_slow_readers_whole) {
  start_tls();
  const auto slow = caller(trusting, 4096);
  slow->send(get("/bytes/3000000"));
  for (int i = 0; i < 5; ++i) {
    std::this_thread::sleep_for(milliseconds(400));
    slow->read_until(std::string(100'000, 'b'));
  }
  EXPECT_NE(slow->read_until(std::string(2'500'000, 'b')), "");
  EXPECT_EQ(telemetry.count(Counter::connections_timed_out), 0U);
  slow->send(get("/bytes/1"));
  EXPECT_EQ(slow->read_answer().body, "b");
}

TEST_F(TlsServers, take_requests_that_come_in_one_record_or_in_many) {
  start_tls();
  const auto one = caller();
  std::string pipelined;
  for (int i = 0; i < 200; ++i) pipelined += get("/bytes/" + std::to_string(i));
  one->send(pipelined);
  for (std::size_t i = 0; i < 200; ++i) ASSERT_EQ(one->read_answer().body.size(), i);
  for (const char byte : get("/echo")) one->send(std::string_view(&byte, 1));
  EXPECT_EQ(one->read_answer().status, 200U);
}

TEST_F(TlsServers, stream_what_comes) {
  start_tls();
  const auto one = caller();
  one->send(get("/stream"));
  const auto tap = handler.next_tap();
  one->read_until("\r\n\r\n");
  for (const std::string event : {"one", "two"}) {
    pour(tap, [event](Tap& to) { to.waiting += event; });
    EXPECT_EQ(one->read_until(event + "\r\n"), "0000000" + std::to_string(event.size()) + "\r\n" + event + "\r\n");
  }
  pour(tap, [](Tap& to) { to.endless_bytes = 5'000'000; });
  EXPECT_NE(one->read_until(std::string(60'000, 'e')), "");
  pour(tap, [](Tap& to) { to.is_ended = true; });
  EXPECT_NE(one->read_all().find("0\r\n\r\n"), std::string::npos);
}

TEST_F(TlsServers, tell_one_too_many_so) {
  ServerOptions options = small_options();
  options.connections_max = 1;
  options.idle_timeout = std::chrono::seconds(10);
  start_tls(false, options);
  const auto first = caller();
  first->send(get("/later"));  // who waits for an answer makes no room
  const Reply awaited = handler.next_reply();
  const auto second = caller();
  EXPECT_EQ(second->read_answer().status, 503U);
  Client plain = client();
  EXPECT_TRUE(plain.is_silent_for(milliseconds(50)));
  plain.send(get("/echo"));
  EXPECT_EQ(plain.read_answer().status, 503U);
  awaited.respond(Response{});
  EXPECT_EQ(first->read_answer().status, 200U);
}

TEST_F(TlsServers, know_a_node_by_its_certificate) {
  start_tls(true);
  const Issued node = nodes.issue("node");
  const Issued foreign = Authority(dir / "", "elsewhere").issue("node");
  const Issued expired = nodes.issue("old", -1);
  const auto peer_of = [this](const std::shared_ptr<ssl_ctx_st>& with) {
    const auto one = caller(with);
    one->send(get("/peer"));
    return one->read_answer().body;
  };
  EXPECT_EQ(peer_of(trusting), "127.0.0.1");
  EXPECT_EQ(peer_of(client_of(authority, &node)), "127.0.0.1, a node");
  EXPECT_NE(why_not(client_of(authority, &foreign)), "");
  EXPECT_NE(why_not(client_of(authority, &expired)), "");
  EXPECT_TRUE(eventually([this] { return handshakes(Counter::tls_handshakes_failed) == 2; }));
}

TEST_F(TlsServers, know_a_node_again_by_its_ticket) {
  start_tls(true);
  const Issued node = nodes.issue("node");
  const auto with = client_of(authority, &node);
  const auto first = caller(with);
  first->send(get("/peer"));
  EXPECT_EQ(first->read_answer().body, "127.0.0.1, a node");
  const std::shared_ptr<SSL_SESSION> ticket(SSL_get1_session(first->tls()), &SSL_SESSION_free);
  const auto peer_of_ticket = [&] {
    Client again(server->port());
    again.begin_tls(*trusting, "localhost", ticket.get());
    again.send(get("/peer"));
    return again.read_answer().body;
  };
  EXPECT_EQ(peer_of_ticket(), "127.0.0.1, a node");
  // After a change, of the authority perhaps, what was believed before counts no more.
  ASSERT_TRUE(context->reload());
  EXPECT_EQ(peer_of_ticket(), "127.0.0.1");
}

TEST_F(TlsServers, show_nobody_a_node_without_an_authority) {
  start_tls();
  const Issued node = nodes.issue("node");
  const auto one = caller(client_of(authority, &node));
  one->send(get("/peer"));
  EXPECT_EQ(one->read_answer().body, "127.0.0.1");
}

TEST_F(TlsServers, show_the_new_certificate_to_who_comes_and_keep_who_is_there) {
  start_tls();
  const auto before = caller();
  const Authority next(dir / "", "next");
  replace(own, next.issue("localhost"));
  ASSERT_TRUE(context->reload());
  EXPECT_NE(why_not(trusting), "");
  EXPECT_EQ(why_not(client_of(next)), "");
  before->send(get("/echo"));
  EXPECT_EQ(before->read_answer().status, 200U);
}

TEST_F(TlsServers, drain) {
  start_tls();
  const auto idle = caller();
  Client opening = client();
  const auto busy = caller();
  busy->send(get("/later"));
  const Reply reply = handler.next_reply();
  std::thread draining([this] { server->drain(); });
  EXPECT_TRUE(idle->is_closed_within(milliseconds(2000)));
  EXPECT_TRUE(idle->was_told_the_end());
  EXPECT_TRUE(opening.is_closed_within(milliseconds(2000)));
  reply.respond({});
  EXPECT_EQ(busy->read_answer().headers["connection"], "close");
  busy.get()->end_sending();
  draining.join();
}

}  // namespace dialin::http::server_tests
