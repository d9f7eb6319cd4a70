#include "api/http/places_under_way.h"

#include <gtest/gtest.h>

namespace dialin::http {
namespace {

constexpr TenantId kOne{{1}};
constexpr TenantId kTwo{{2}};
constexpr TenantId kThree{{3}};
constexpr std::size_t kMany = 20;

/// How many of kMany it gets.
std::size_t taken_by(const TenantId& tenant, PlacesUnderWay& places) {
  std::size_t taken = 0;
  for (std::size_t i = 0; i < kMany; ++i) taken += places.take(tenant).empty() ? 1 : 0;
  return taken;
}

TEST(PlacesUnderWay, a_tenant_has_no_more_than_are_free_and_the_next_finds_room) {
  PlacesUnderWay places(16);
  EXPECT_EQ(taken_by(kOne, places), 8U);
  EXPECT_EQ(taken_by(kTwo, places), 4U);
  EXPECT_EQ(taken_by(kThree, places), 2U);
  EXPECT_NE(places.take(kOne).find("this tenant's"), std::string_view::npos);
}

TEST(PlacesUnderWay, what_is_given_back_is_free_for_all) {
  PlacesUnderWay places(4);
  EXPECT_EQ(taken_by(kOne, places), 2U);
  places.give_back(kOne);
  places.give_back(kOne);
  EXPECT_EQ(taken_by(kTwo, places), 2U);
}

TEST(PlacesUnderWay, the_nodes_own_requests_have_the_bound_of_all_and_no_share) {
  PlacesUnderWay places(4);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_TRUE(places.take(std::nullopt).empty());
  EXPECT_EQ(places.take(std::nullopt), "too many writes are on their way to the node that leads");
  EXPECT_FALSE(places.take(kOne).empty());
  places.give_back(std::nullopt);
  EXPECT_TRUE(places.take(kOne).empty());
}

}  // namespace
}  // namespace dialin::http
