#include "infra/media/verdict_cache.h"

#include <gtest/gtest.h>

#include <string>

namespace dialin::media {
namespace {

using namespace std::chrono_literals;
using Code = MusicVerdict::Code;

const TenantId kOne = *TenantId::parse("11111111-1111-4111-8111-111111111111");
const TenantId kOther = *TenantId::parse("22222222-2222-4222-8222-222222222222");

KnownVerdict known(Code code, KnownVerdict::Clock::time_point at) {
  return {{code, "why"}, "http://a/", {}, at};
}

TEST(VerdictCache, a_tenant_learns_nothing_of_what_another_asked_for) {
  VerdictCache cache(1min);
  cache.put(kOne, "http://a/", known(Code::fit, {}));
  EXPECT_NE(cache.find(kOne, "http://a/"), nullptr);
  EXPECT_EQ(cache.find(kOther, "http://a/"), nullptr);
  EXPECT_EQ(cache.find(kOne, "http://a/b"), nullptr);
}

TEST(VerdictCache, who_has_mended_a_file_asks_again_soon) {
  const VerdictCache cache(1min);
  const KnownVerdict::Clock::time_point now{1h};
  EXPECT_TRUE(cache.is_fresh(known(Code::fit, now), now + 59s));
  EXPECT_FALSE(cache.is_fresh(known(Code::fit, now), now + 1min));
  EXPECT_TRUE(cache.is_fresh(known(Code::unfit, now), now + 2s));
  EXPECT_FALSE(cache.is_fresh(known(Code::unfit, now), now + VerdictCache::kUnfitFor));
  EXPECT_FALSE(VerdictCache(0s).is_fresh(known(Code::unfit, now), now));
}

TEST(VerdictCache, the_one_that_was_not_asked_for_the_longest_goes_first) {
  VerdictCache cache(1min);
  for (std::size_t n = 0; n < VerdictCache::kEntriesMax; ++n) cache.put(kOne, std::to_string(n), known(Code::fit, {}));
  EXPECT_NE(cache.find(kOne, "0"), nullptr);
  cache.put(kOne, "one more", known(Code::fit, {}));
  EXPECT_NE(cache.find(kOne, "0"), nullptr);
  EXPECT_EQ(cache.find(kOne, "1"), nullptr);
  cache.put(kOne, "2", known(Code::unfit, {}));
  EXPECT_EQ(cache.find(kOne, "2")->verdict.code, Code::unfit);
}

}  // namespace
}  // namespace dialin::media
