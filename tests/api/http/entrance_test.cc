// What is answered while the store is being opened.

#include "api/http/entrance.h"

#include <gtest/gtest.h>

#include "api/http/server_fixture.h"
#include "infra/crypto/system_random.h"

namespace dialin::http::server_tests {

class Entrances : public ServerTest {
 protected:
  Entrances() {
    server = std::make_unique<Server>(small_options(), entrance, telemetry);
    server->start();
  }
  ~Entrances() override { server.reset(); }

  ReadAnswer ask(std::string_view path) {
    Client caller = client();
    caller.send(get(path));
    return caller.read_answer();
  }

  crypto::SystemRandom random;
  Entrance entrance{random, telemetry};
};

TEST_F(Entrances, say_that_the_process_lives_and_is_not_ready) {
  EXPECT_EQ(ask("/healthz").status, 200U);
  EXPECT_EQ(ask("/metrics").status, 200U);
  const ReadAnswer readiness = ask("/readyz");
  EXPECT_EQ(readiness.status, 503U);
  EXPECT_EQ(readiness.body,
            R"({"status":"not-ready","role":"starting","applied":0,"end":0,"lag":0,"reasons":["the store is being opened"]})");
}

TEST_F(Entrances, answer_nothing_else_yet) {
  for (const char* path : {"/", "/domain-dialin-config", "/nowhere"}) {
    ReadAnswer answer = ask(path);
    EXPECT_EQ(answer.status, 503U) << path;
    EXPECT_EQ(answer.headers["retry-after"], "1") << path;
    EXPECT_EQ(answer.headers["dialin-sequence"], "0") << path;
  }
}

TEST_F(Entrances, answer_what_is_no_request_as_always) {
  Client caller = client();
  caller.send("nonsense\r\n\r\n");
  EXPECT_EQ(caller.read_answer().status, 400U);
}

TEST_F(Entrances, hand_on_once_the_store_is_open) {
  Client caller = client();
  caller.send(get("/echo"));
  EXPECT_EQ(caller.read_answer().status, 503U);
  entrance.open(handler);
  caller.send(get("/echo"));
  EXPECT_EQ(caller.read_answer().status, 200U);
}

}  // namespace dialin::http::server_tests
