// Rows after IANA's special-purpose registries of IPv4 and IPv6 addresses.

#include "infra/media/public_address.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>

namespace dialin::media {
namespace {

Address address(std::string_view text) {
  const auto parsed = Address::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(Address{});
}

struct Row {
  std::string_view address;
  std::string_view what;  ///< begins the reason; empty: anybody can reach it
};

constexpr std::array kRows = {
    // The ends of each range, and their neighbours.
    Row{"0.0.0.0", "the unspecified"},
    Row{"0.0.0.1", "an address of \"this network\""},
    Row{"0.255.255.255", "an address of \"this network\""},
    Row{"1.0.0.0", ""},
    Row{"9.255.255.255", ""},
    Row{"10.0.0.0", "a private"},
    Row{"10.255.255.255", "a private"},
    Row{"11.0.0.0", ""},
    Row{"100.63.255.255", ""},
    Row{"100.64.0.0", "a shared"},
    Row{"100.100.100.200", "an address of a cloud"},
    Row{"100.127.255.255", "a shared"},
    Row{"100.128.0.0", ""},
    Row{"126.255.255.255", ""},
    Row{"127.0.0.0", "a loopback"},
    Row{"127.0.0.1", "a loopback"},
    Row{"127.255.255.255", "a loopback"},
    Row{"128.0.0.0", ""},
    Row{"168.63.129.15", ""},
    Row{"168.63.129.16", "an address of a cloud"},
    Row{"169.253.255.255", ""},
    Row{"169.254.0.0", "a link-local"},
    Row{"169.254.169.254", "an address of a cloud"},
    Row{"169.254.170.2", "an address of a cloud"},
    Row{"169.254.255.255", "a link-local"},
    Row{"169.255.0.0", ""},
    Row{"172.15.255.255", ""},
    Row{"172.16.0.0", "a private"},
    Row{"172.31.255.255", "a private"},
    Row{"172.32.0.0", ""},
    Row{"192.0.0.0", "an address for protocols"},
    Row{"192.0.0.192", "an address of a cloud"},
    Row{"192.0.0.255", "an address for protocols"},
    Row{"192.0.1.0", ""},
    Row{"192.0.2.255", "an address for documentation"},
    Row{"192.31.196.1", ""},  // AS112 (RFC 7535): anycast that everybody reaches
    Row{"192.88.98.255", ""},
    Row{"192.88.99.1", "an address of 6to4 relays"},
    Row{"192.88.100.0", ""},
    Row{"192.167.255.255", ""},
    Row{"192.168.0.0", "a private"},
    Row{"192.168.255.255", "a private"},
    Row{"192.169.0.0", ""},
    Row{"198.17.255.255", ""},
    Row{"198.18.0.0", "an address for benchmarks"},
    Row{"198.19.255.255", "an address for benchmarks"},
    Row{"198.20.0.0", ""},
    Row{"198.51.100.7", "an address for documentation"},
    Row{"203.0.113.7", "an address for documentation"},
    Row{"203.0.114.0", ""},
    Row{"223.255.255.255", ""},
    Row{"224.0.0.0", "a multicast"},
    Row{"239.255.255.255", "a multicast"},
    Row{"240.0.0.0", "a reserved"},
    Row{"255.255.255.254", "a reserved"},
    Row{"255.255.255.255", "the broadcast"},
    Row{"8.8.8.8", ""},

    Row{"::", "the unspecified"},
    Row{"::1", "a loopback"},
    Row{"::2", "an IPv4-compatible"},
    Row{"::127.0.0.1", "an IPv4-compatible"},
    Row{"::8.8.8.8", "an IPv4-compatible"},
    Row{"::ffff:127.0.0.1", "an IPv4-mapped"},
    Row{"::ffff:8.8.8.8", "an IPv4-mapped"},
    Row{"::ffff:0:127.0.0.1", "no global unicast"},  // SIIT (RFC 2765)
    Row{"64:ff9b::8.8.8.8", ""},
    Row{"64:ff9b::127.0.0.1", "a loopback"},
    Row{"64:ff9b::10.1.2.3", "a private"},
    Row{"64:ff9b::169.254.169.254", "an address of a cloud"},
    Row{"64:ff9b:1::8.8.8.8", "an address of a local translation"},
    Row{"64:ff9b:2::8.8.8.8", "no global unicast"},
    Row{"100::1", "an address whose packets are thrown away"},
    Row{"100:0:0:1::1", "no global unicast"},
    Row{"1fff:ffff::1", "no global unicast"},
    Row{"2000::1", ""},
    Row{"2001:0:808:808::f7f7:f7f7", ""},            // Teredo: server 8.8.8.8, client 8.8.8.8
    Row{"2001:0:808:808::80ff:fffe", "a loopback"},  // client 127.0.0.1
    Row{"2001:0:7f00:1::f7f7:f7f7", "a loopback"},   // server 127.0.0.1
    Row{"2001:0:808:808::f5ff:fffe", "a private"},   // client 10.0.0.1
    Row{"2001:1::1", "an address for protocols"},
    Row{"2001:2::1", "an address for protocols"},
    Row{"2001:10::1", "an address for protocols"},
    Row{"2001:20::1", "an address for protocols"},
    Row{"2001:1ff:ffff::1", "an address for protocols"},
    Row{"2001:200::1", ""},
    Row{"2001:db7:ffff::1", ""},
    Row{"2001:db8::1", "an address for documentation"},
    Row{"2001:db9::1", ""},
    Row{"2001:4860:4860::8888", ""},
    Row{"2002:808:808::1", ""},
    Row{"2002:7f00:1::1", "a loopback"},
    Row{"2002:a9fe:a9fe::1", "an address of a cloud"},
    Row{"2002:c0a8:101::1", "a private"},
    Row{"2002:6440:1::1", "a shared"},
    Row{"2620:4f:8000::1", ""},  // AS112 (RFC 7534)
    Row{"3ffe:ffff::1", ""},
    Row{"3fff::1", "an address for documentation"},
    Row{"3fff:fff:ffff::1", "an address for documentation"},
    Row{"3fff:1000::1", ""},
    Row{"4000::1", "no global unicast"},
    Row{"5f00::1", "an address of a segment routing domain"},
    Row{"fc00::1", "a private"},
    Row{"fd00::1", "a private"},
    Row{"fd00:ec2::254", "an address of a cloud"},
    Row{"fd20:ce::254", "an address of a cloud"},
    Row{"fdff:ffff::1", "a private"},
    Row{"fe00::1", "no global unicast"},
    Row{"fe80::1", "a link-local"},
    Row{"febf::1", "a link-local"},
    Row{"fec0::1", "a site-local"},
    Row{"feff::1", "a site-local"},
    Row{"ff02::1", "a multicast"},
};

TEST(PublicAddress, only_what_anybody_can_reach_is_public) {
  for (const Row& row : kRows) {
    const std::string_view why = why_not_public(address(row.address));
    EXPECT_EQ(why.substr(0, row.what.size()), row.what) << row.address;
    EXPECT_EQ(why.empty(), row.what.empty()) << row.address << ": " << why;
  }
}

TEST(PublicAddress, no_reason_names_the_address) {
  for (const Row& row : kRows) {
    const Address one = address(row.address);
    EXPECT_EQ(why_not_public(one).find(one.text()), std::string_view::npos) << row.address;
  }
}

TEST(Address, has_one_spelling_alone) {
  for (const std::string_view text :
       {"", "1", "127.1", "0x7f.0.0.1", "0177.0.0.1", "127.0.0.01", "2130706433", "127.0.0.1.", " 127.0.0.1", "127.0.0.1 ", "256.0.0.1",
        "1.2.3.4.5", "::1%lo", "[::1]", ":::", "1::2::3", "12345::", "localhost", "::ffff:127.1"})
    EXPECT_FALSE(Address::parse(text)) << text;
  EXPECT_FALSE(Address::parse(std::string_view("127.0.0.1\0x", 11)));
  EXPECT_EQ(address("2001:DB8:0::1").text(), "2001:db8::1");
  EXPECT_EQ(address("8.8.4.4"), Address::v4({8, 8, 4, 4}));
}

TEST(Address, is_read_from_what_is_connected_to) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(80);
  v4.sin_addr.s_addr = htonl(0x7F000001);
  EXPECT_EQ(Address::of(reinterpret_cast<const sockaddr&>(v4)), address("127.0.0.1"));
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  const Address link = address("fe80::1");
  std::memcpy(&v6.sin6_addr, link.bytes.data(), link.bytes.size());
  EXPECT_EQ(Address::of(reinterpret_cast<const sockaddr&>(v6)), link);
  v6.sin6_family = AF_UNIX;
  EXPECT_FALSE(Address::of(reinterpret_cast<const sockaddr&>(v6)));
}

TEST(Range, is_an_address_and_a_length) {
  struct Case {
    std::string_view range, inside, outside;
  };
  for (const Case& one :
       {Case{"127.0.0.0/8", "127.255.0.1", "128.0.0.0"}, Case{"10.1.2.3", "10.1.2.3", "10.1.2.4"}, Case{"0.0.0.0/0", "255.0.0.1", "::1"},
        Case{"192.168.4.0/22", "192.168.7.255", "192.168.8.0"}, Case{"fd00::/8", "fdff::1", "fc00::1"}, Case{"::1", "::1", "::2"},
        Case{"2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::"}, Case{"1.2.3.4/32", "1.2.3.4", "1.2.3.5"},
        Case{"::/0", "fe80::1", "127.0.0.1"}}) {
    const auto range = Range::parse(one.range);
    ASSERT_TRUE(range) << one.range;
    EXPECT_TRUE(range->holds(address(one.inside))) << one.range;
    EXPECT_FALSE(range->holds(address(one.outside))) << one.range;
  }
  for (const std::string_view text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0.0.1/8", "10.0.0.0/08 ",
                                      "fd00::/129", "fd00::1/8", "127.1/8", "localhost", "10.0.0.0/8/8", "10.0.0.0/4294967304"})
    EXPECT_FALSE(Range::parse(text)) << text;
}

TEST(Range, what_is_allowed_may_be_reached) {
  const std::vector<Range> allowed = {*Range::parse("127.0.0.2"), *Range::parse("fd00::/8"), *Range::parse("::/0")};
  EXPECT_EQ(why_not_reached(address("127.0.0.2"), allowed), "");
  EXPECT_NE(why_not_reached(address("127.0.0.1"), allowed), "");
  EXPECT_EQ(why_not_reached(address("fd12::1"), allowed), "");
  EXPECT_EQ(why_not_reached(address("8.8.8.8"), allowed), "");
  EXPECT_NE(why_not_reached(address("::ffff:127.0.0.2"), allowed), "") << "a mapped address is nobody's";
  EXPECT_NE(why_not_reached(address("127.0.0.2"), {}), "");
}

}  // namespace
}  // namespace dialin::media
