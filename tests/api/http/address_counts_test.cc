#include "api/http/address_counts.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include "api/http/peer.h"

namespace dialin::http {
namespace {

Peer at(const char* v6) {
  Peer peer;
  EXPECT_EQ(::inet_pton(AF_INET6, v6, peer.address.data()), 1) << v6;
  return peer;
}

TEST(AddressCounts, each_address_is_counted_for_itself_and_forgotten_with_its_last) {
  AddressCounts counts;
  EXPECT_EQ(counts.opened(at("::ffff:192.0.2.1")), 1U);
  EXPECT_EQ(counts.opened(at("::ffff:192.0.2.1")), 2U);
  EXPECT_EQ(counts.opened(at("::ffff:192.0.2.2")), 1U);
  counts.closed(at("::ffff:192.0.2.1"));
  EXPECT_EQ(counts.opened(at("::ffff:192.0.2.1")), 2U);
  counts.closed(at("::ffff:192.0.2.1"));
  counts.closed(at("::ffff:192.0.2.1"));
  EXPECT_EQ(counts.size(), 1U);
}

TEST(AddressCounts, who_has_64_bits_of_ipv6_is_one) {
  AddressCounts counts;
  EXPECT_EQ(counts.opened(at("2001:db8:1:2::1")), 1U);
  EXPECT_EQ(counts.opened(at("2001:db8:1:2:ffff::2")), 2U);
  EXPECT_EQ(counts.opened(at("2001:db8:1:3::1")), 1U);
}

TEST(Peer, only_this_machine_is_loopback) {
  for (const char* own : {"::1", "::ffff:127.0.0.1", "::ffff:127.9.9.9"}) EXPECT_TRUE(at(own).is_loopback()) << own;
  for (const char* other : {"::", "::2", "2001:db8::1", "::ffff:128.0.0.1", "::ffff:10.127.0.1", "::127.0.0.1"})
    EXPECT_FALSE(at(other).is_loopback()) << other;
}

}  // namespace
}  // namespace dialin::http
