#include "infra/media/music_checks.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

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
  EXPECT_FALSE(checks.judge(kTenant, url, [promise](MusicVerdict verdict) { promise->set_value(std::move(verdict)); }));
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

/// A server that takes connections and says nothing.
class Silent {
 public:
  Silent() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t bytes = sizeof address;
    auto* const place = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_, place, bytes) != 0 || ::listen(socket_, 8) != 0 || ::getsockname(socket_, place, &bytes) != 0)
      throw std::runtime_error("no server");
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/";
  }
  ~Silent() { ::close(socket_); }
  Silent(const Silent&) = delete;
  Silent& operator=(const Silent&) = delete;
  const std::string& url() const { return url_; }

 private:
  const int socket_;
  std::string url_;
};

TEST(MusicChecks, who_waits_when_it_stops_is_told_so) {
  const Silent server;
  Faulty telemetry;
  MusicChecks checks({{*Range::parse("127.0.0.1")}, {}, std::chrono::seconds(0)}, telemetry);
  std::vector<MusicVerdict> told;  // on its thread, which has ended when stop() returns
  // More than run at a time: some are under way, and some wait for their turn.
  constexpr int kWaiting = 20;
  for (int n = 0; n < kWaiting; ++n) {
    ASSERT_FALSE(
        checks.judge(kTenant, server.url() + std::to_string(n), [&](MusicVerdict verdict) { told.push_back(std::move(verdict)); }));
  }
  checks.stop();
  checks.stop();
  ASSERT_EQ(told.size(), static_cast<std::size_t>(kWaiting));
  for (const MusicVerdict& verdict : told) {
    EXPECT_EQ(verdict.code, Code::unjudged);
    EXPECT_EQ(verdict.why, "the node is stopping");
  }
  const auto refused = checks.judge(kTenant, server.url(), [](const MusicVerdict&) {});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, Code::unjudged);
  EXPECT_EQ(refused->why, "the node is stopping");
}

TEST(MusicChecks, who_has_too_many_waiting_is_told_so) {
  const Silent server;
  Faulty telemetry;
  MusicChecks checks({{*Range::parse("127.0.0.1")}, {}, std::chrono::seconds(0)}, telemetry);
  for (std::size_t n = 0; n < MusicChecks::kTenantCallersMax; ++n) {
    ASSERT_FALSE(checks.judge(kTenant, server.url() + std::to_string(n), [](const MusicVerdict&) {}));
  }
  const auto refused = checks.judge(kTenant, server.url(), [](const MusicVerdict&) {});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, Code::unjudged);
  EXPECT_EQ(refused->why, "too many are being looked at");
}

}  // namespace
}  // namespace dialin::media
