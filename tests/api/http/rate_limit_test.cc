// What fits into a limit and what does not, on a clock that the test holds.

#include "api/http/rate_limit.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <random>
#include <thread>

namespace dialin::http {
namespace {

using namespace std::chrono_literals;
using Time = RateLimit::Time;
using std::chrono::nanoseconds;

/// Far from the clock's zero, as a machine's clock is.
constexpr Time kStart = Time{} + std::chrono::hours(1000);

/// The value of the header `name`, or nothing.
std::string header(const RateLimit::Verdict& verdict, const std::string& name) {
  const std::size_t at = verdict.headers.find(name + ": ");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 2;
  return verdict.headers.substr(begin, verdict.headers.find("\r\n", begin) - begin);
}

/// How many of `count` requests at `now` are within.
int within(RateLimit& limit, const std::string& key, int count, Time now) {
  int taken = 0;
  for (int i = 0; i < count; ++i) taken += limit.take(key, now).is_within ? 1 : 0;
  return taken;
}

TEST(TokenBuckets, fill_evenly_up_to_their_size) {
  const RateWindow window{4, 2000ms};
  struct Step {
    nanoseconds at;
    std::uint64_t left;
    nanoseconds until_next;
    bool takes;
  };
  TokenBucket bucket;
  for (const Step& step : {
           Step{0ms, 4, 0ms, true},
           Step{0ms, 3, 500ms, true},
           Step{100ms, 2, 400ms, true},
           Step{100ms, 1, 400ms, true},
           Step{100ms, 0, 400ms, false},
           Step{499ms, 0, 1ms, false},
           Step{500ms, 1, 500ms, true},
           Step{500ms, 0, 500ms, false},
           Step{1999ms, 2, 1ms, false},
           Step{2499ms, 3, 1ms, false},
           Step{2500ms, 4, 0ms, false},
           Step{1h, 4, 0ms, true},
           Step{1h, 3, 500ms, false},
       }) {
    const Time now = kStart + step.at;
    EXPECT_EQ(bucket.left(window, now), step.left) << step.at.count();
    EXPECT_EQ(bucket.until_next(window, now), step.until_next) << step.at.count();
    EXPECT_EQ(bucket.is_full(now), step.left == 4) << step.at.count();
    if (step.takes) bucket.take(window, now);
  }
}

TEST(RateLimits, who_keeps_to_the_rate_is_never_refused) {
  for (const RateWindow& window : {RateWindow{20, 1s}, RateWindow{3, 1s}, RateWindow{7, 11ms}, RateWindow{1, 24h},
                                   RateWindow{1'000'000, 1s}, RateWindow{999'999, 24h}, RateWindow{1'000'000, 1ms}}) {
    RateLimit limit({window});
    // Each at its own moment of a fair share of the time, as far from the others as a network may bring it.
    std::mt19937_64 random(7);
    const double share = static_cast<double>(nanoseconds(window.length).count()) / static_cast<double>(window.requests);
    for (int i = 0; i < 5000; ++i) {
      const double late = window.requests > 1 ? std::uniform_real_distribution(0.0, share)(random) : 0.0;
      const auto at = nanoseconds(static_cast<std::int64_t>(std::ceil(share * i + late)));
      ASSERT_TRUE(limit.take("key", kStart + at).is_within) << window.requests << " in " << window.length.count() << " ms, request " << i;
    }
  }
}

TEST(RateLimits, a_burst_has_the_size_of_the_window_and_comes_back_with_time) {
  RateLimit limit({{20, 1s}});
  EXPECT_EQ(within(limit, "key", 50, kStart), 20);
  EXPECT_EQ(within(limit, "key", 50, kStart + 49ms), 0);
  EXPECT_EQ(within(limit, "key", 50, kStart + 50ms), 1);
  EXPECT_EQ(within(limit, "key", 50, kStart + 550ms), 10);
  EXPECT_EQ(within(limit, "key", 50, kStart + 1h), 20);
}

TEST(RateLimits, in_the_long_run_no_more_than_the_rate_is_within) {
  RateLimit limit({{20, 1s}, {100, 10s}});
  int taken = 0;
  for (auto at = 0ms; at < 100s; at += 5ms) taken += within(limit, "key", 1, kStart + at);
  EXPECT_EQ(taken, 100 + 1000 - 1) << "the burst, and ten a second but for the one that is due when the time is over";
}

TEST(RateLimits, every_window_must_have_room_and_a_refusal_takes_nothing) {
  RateLimit limit({{2, 1s}, {3, 10s}});
  EXPECT_EQ(within(limit, "key", 5, kStart), 2);
  EXPECT_EQ(within(limit, "key", 5, kStart + 1s), 1) << "the longer window is empty now";
  EXPECT_EQ(within(limit, "key", 5, kStart + 3s), 0);
  const RateLimit::Verdict refused = limit.take("key", kStart + 3s);
  EXPECT_EQ(header(refused, "RateLimit"), R"("1s";r=2, "10s";r=0;t=1)") << "the shorter one is full: refusals took nothing of it";
  EXPECT_EQ(within(limit, "key", 5, kStart + 3334ms), 1);
}

TEST(RateLimits, each_key_has_its_own) {
  RateLimit limit({{2, 1s}});
  EXPECT_EQ(within(limit, "one", 3, kStart), 2);
  EXPECT_EQ(within(limit, "two", 3, kStart), 2);
  EXPECT_EQ(within(limit, "one", 3, kStart), 0);
}

TEST(RateLimits, are_told_in_headers) {
  RateLimit limit({{20, 1s}, {100, 1min}, {5, 250ms}});
  RateLimit::Verdict verdict = limit.take("key", kStart);
  EXPECT_TRUE(verdict.is_within);
  EXPECT_EQ(verdict.headers,
            "RateLimit-Policy: \"1s\";q=20;w=1, \"60s\";q=100;w=60, \"250ms\";q=5\r\n"
            "RateLimit: \"1s\";r=19;t=1, \"60s\";r=99;t=1, \"250ms\";r=4;t=1\r\n");
  EXPECT_EQ(within(limit, "key", 9, kStart), 4);
  verdict = limit.take("key", kStart);
  EXPECT_FALSE(verdict.is_within);
  EXPECT_EQ(header(verdict, "RateLimit"), R"("1s";r=15;t=1, "60s";r=95;t=1, "250ms";r=0;t=1)");
  EXPECT_EQ(header(verdict, "Retry-After"), "1");
}

TEST(RateLimits, after_the_time_that_was_told_there_is_room) {
  for (const RateWindow& window : {RateWindow{20, 1s}, RateWindow{1, 7s}, RateWindow{3, 100s}, RateWindow{1, 24h}, RateWindow{7, 10s}}) {
    RateLimit limit({window, {10'000, 1h}});
    std::mt19937_64 random(11);
    Time now = kStart;
    for (int i = 0; i < 200; ++i) {
      now += nanoseconds(std::uniform_int_distribution<std::int64_t>(0, nanoseconds(window.length).count() / 4)(random));
      const RateLimit::Verdict verdict = limit.take("key", now);
      if (verdict.is_within) continue;
      const auto wait = std::chrono::seconds(std::stol(header(verdict, "Retry-After")));
      EXPECT_LT(wait, window.interval() + 1s) << "no longer than need be";
      now += wait;
      ASSERT_TRUE(limit.take("key", now).is_within) << window.requests << " in " << window.length.count() << " ms";
    }
  }
}

TEST(RateLimits, without_windows_there_are_no_limits_and_no_headers) {
  RateLimit limit({});
  EXPECT_EQ(within(limit, "key", 1000, kStart), 1000);
  EXPECT_EQ(limit.take("key", kStart).headers, "");
  EXPECT_EQ(limit.buckets(), 0U);
}

TEST(RateLimits, forget_keys_that_have_not_called_for_long_and_no_others) {
  RateLimit limit({{2, 1s}, {3, 10s}});
  const std::size_t many = RateLimit::kForgetAt;
  for (std::size_t i = 0; i + 1 < many; ++i) limit.take("revoked-" + std::to_string(i), kStart);
  EXPECT_EQ(within(limit, "busy", 3, kStart + 3s), 2);
  EXPECT_EQ(limit.buckets(), many);
  EXPECT_EQ(within(limit, "late", 1, kStart + 4s), 1);
  EXPECT_EQ(limit.buckets(), 2U) << "the busy one and the late one";
  EXPECT_EQ(within(limit, "busy", 3, kStart + 4s), 1) << "it is known still";
}

TEST(RateLimits, hold_while_many_threads_ask) {
  RateLimit limit({{1000, 1s}, {5000, 1h}});
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) threads.emplace_back([&] { taken += within(limit, "key", 2000, kStart); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, 1000);
}

}  // namespace
}  // namespace dialin::http
