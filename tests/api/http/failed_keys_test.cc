// How many failed authentications an address may have, on a clock that the test holds.

#include "api/http/failed_keys.h"

#include <gtest/gtest.h>

namespace dialin::http {
namespace {

using namespace std::chrono_literals;
using Time = FailedKeys::Time;

constexpr Time kStart = Time{} + std::chrono::hours(1000);

/// The n-th neighbourhood of IPv6, and in it the host.
Peer peer(std::uint32_t n, std::uint8_t host = 1) {
  Peer peer;
  peer.address = {0x20,
                  0x01,
                  0x0d,
                  0xb8,
                  static_cast<std::uint8_t>(n >> 24U),
                  static_cast<std::uint8_t>(n >> 16U),
                  static_cast<std::uint8_t>(n >> 8U),
                  static_cast<std::uint8_t>(n),
                  0,
                  0,
                  0,
                  0,
                  0,
                  0,
                  0,
                  host};
  return peer;
}

int within(FailedKeys& failed, const Peer& peer, int count, Time now) {
  int told = 0;
  for (int i = 0; i < count; ++i) told += failed.count(peer, now) ? 0 : 1;
  return told;
}

TEST(FailedKeysOfAnAddress, are_told_why_up_to_the_bound) {
  FailedKeys failed(RateWindow{5, 10s});
  EXPECT_EQ(within(failed, peer(1), 20, kStart), 5);
  EXPECT_EQ(failed.count(peer(1), kStart + 500ms), std::optional<std::chrono::nanoseconds>(1500ms));
  EXPECT_EQ(within(failed, peer(1), 20, kStart + 2s), 1);
  EXPECT_EQ(within(failed, peer(1), 20, kStart + 1h), 5);
}

TEST(FailedKeysOfAnAddress, count_for_its_neighbours_and_for_nobody_else) {
  FailedKeys failed(RateWindow{5, 10s});
  EXPECT_EQ(within(failed, peer(1, 1), 3, kStart), 3);
  EXPECT_EQ(within(failed, peer(1, 2), 3, kStart), 2);
  EXPECT_EQ(within(failed, peer(2, 1), 9, kStart), 5);
}

TEST(FailedKeysOfAnAddress, may_be_unbounded) {
  FailedKeys failed(std::nullopt);
  EXPECT_EQ(within(failed, peer(1), 1000, kStart), 1000);
}

TEST(FailedKeysOfAnAddress, take_bounded_room_however_many_addresses_there_are) {
  FailedKeys failed(RateWindow{2, 10s});
  int told = 0;
  constexpr std::uint32_t kMany = 3 * FailedKeys::kPeersMax;
  for (std::uint32_t n = 0; n < kMany; ++n) told += within(failed, peer(n), 3, kStart);
  EXPECT_EQ(told, 2 * static_cast<int>(FailedKeys::kPeersMax) + 2) << "those that have no place share one bucket";
  EXPECT_EQ(within(failed, peer(0), 3, kStart), 0) << "who has a place keeps it";
  EXPECT_EQ(within(failed, peer(kMany), 3, kStart + 10s), 2) << "the others are forgotten when they have been quiet";
  EXPECT_EQ(within(failed, peer(kMany + 1), 3, kStart + 10s), 2);
}

}  // namespace
}  // namespace dialin::http
