#include "infra/media/music_checks.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

namespace dialin::media {
namespace {

using Code = MusicVerdict::Code;

const TenantId kTenant = *TenantId::parse("11111111-1111-4111-8111-111111111111");

/// Throws where the loop belongs to no check, as often as it is told to.
class Faulty : public Telemetry {
 public:
  void say(Level level, std::string_view) override { said += level == Level::error ? 1 : 0; }
  void add(Counter, std::uint64_t) override {}
  void set(Gauge gauge, double) override {
    if (gauge == Gauge::music_running && faults_left.exchange(0) > 0) throw std::runtime_error("a fault");
  }
  void observe(Histogram, double) override {}
  void answered(const AnsweredRequest&) override {}
  std::string expose() const override { return {}; }

  std::atomic<int> faults_left{0};
  std::atomic<int> said{0};
};

MusicVerdict judged(MusicChecks& checks, const std::string& url) {
  const auto promise = std::make_shared<std::promise<MusicVerdict>>();
  EXPECT_TRUE(checks.judge(kTenant, url, [promise](MusicVerdict verdict) { promise->set_value(std::move(verdict)); }));
  return promise->get_future().get();
}

TEST(MusicChecks, a_fault_of_the_loop_is_told_to_who_waits_and_ends_nothing) {
  Faulty telemetry;
  MusicChecks checks({{}, {}, std::chrono::seconds(0)}, telemetry);
  EXPECT_EQ(judged(checks, "http://127.0.0.1/").code, Code::unfit);
  for (int n = 1; n <= 3; ++n) {
    telemetry.faults_left = 1;
    // Either it was settled before the fault, or it is told of it; the next one is judged as ever.
    judged(checks, "http://127.0.0.1/" + std::to_string(n));
    while (telemetry.said < n) std::this_thread::yield();
    EXPECT_EQ(judged(checks, "http://127.0.0.1/").code, Code::unfit);
  }
}

TEST(MusicChecks, who_waits_when_it_stops_is_told_so) {
  Faulty telemetry;
  MusicChecks checks({{}, {}, std::chrono::seconds(0)}, telemetry);
  checks.stop();
  checks.stop();
  EXPECT_FALSE(checks.judge(kTenant, "http://127.0.0.1/", [](const MusicVerdict&) {}));
}

}  // namespace
}  // namespace dialin::media
