// Who is at the other end, and who counts as one with it.

#include "api/http/peer.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>

#include "api/http/server_fixture.h"

namespace dialin::http::server_tests {
namespace {

Peer peer_at(const std::string& address) {
  sockaddr_storage accepted{};
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET, address.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    std::memcpy(&accepted, &v4, sizeof v4);
  } else if (::inet_pton(AF_INET6, address.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    std::memcpy(&accepted, &v6, sizeof v6);
  }
  return peer_of(accepted);
}

}  // namespace

TEST(PeerAddress, is_shown_as_it_is_written) {
  for (const char* address : {"127.0.0.1", "192.0.2.7", "255.255.255.255", "::1", "2001:db8::1", "fe80::1:2"})
    EXPECT_EQ(peer_at(address).text(), address);
  EXPECT_EQ(peer_at("::ffff:192.0.2.7").text(), "192.0.2.7") << "what a socket for both families accepts";
  EXPECT_EQ(peer_of(sockaddr_storage{}).text(), "::") << "not known";
}

TEST(PeerAddress, counts_as_one_with_its_neighbours) {
  struct Case {
    const char* one;
    const char* other;
    bool is_one;
  };
  for (const Case& each : {
           Case{"192.0.2.7", "192.0.2.7", true},
           Case{"192.0.2.7", "192.0.2.8", false},
           Case{"192.0.2.7", "::ffff:192.0.2.7", true},
           Case{"2001:db8::1", "2001:db8::2", true},
           Case{"2001:db8::1", "2001:db8:0:0:ffff::1", true},
           Case{"2001:db8::1", "2001:db8:0:1::1", false},
           Case{"::1", "127.0.0.1", false},
       })
    EXPECT_EQ(peer_at(each.one).neighbourhood() == peer_at(each.other).neighbourhood(), each.is_one) << each.one << " and " << each.other;
}

class PeerOfAConnection : public ServerTest {};

TEST_F(PeerOfAConnection, is_known_to_the_handler) {
  start();
  Client caller = client();
  caller.send(get("/peer"));
  EXPECT_EQ(caller.read_answer().body, "127.0.0.1");
}

}  // namespace dialin::http::server_tests
