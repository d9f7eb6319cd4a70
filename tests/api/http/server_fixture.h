#pragma once
// A real server with a handler that does what the path says, for tests of the connections themselves.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "api/http/server.h"
#include "api/http/server_client.h"
#include "domain/answered_request.h"

namespace dialin::http::server_tests {

/// Figures as tests ask for them.
class CountingTelemetry : public Telemetry {
 public:
  void say(Level, std::string_view line) override;
  void add(Counter counter, std::uint64_t amount) override { counts_[static_cast<std::size_t>(counter)] += amount; }
  void set(Gauge gauge, double value) override { gauges_[static_cast<std::size_t>(gauge)] = value; }
  void observe(Histogram, double) override {}
  void answered(const AnsweredRequest& request) override;
  std::string expose() const override { return {}; }

  std::uint64_t count(Counter counter) const { return counts_[static_cast<std::size_t>(counter)]; }
  double gauge(Gauge gauge) const { return gauges_[static_cast<std::size_t>(gauge)]; }
  /// What was told of requests so far, in words: `GET /path 200 row 3 bytes 17`, and what else is known.
  std::vector<std::string> answered() const;
  std::size_t answered_with(unsigned status_class) const { return by_class_.at(status_class); }
  std::string said() const;

 private:
  static constexpr std::size_t kAnsweredKept = 100;
  std::array<std::atomic<std::uint64_t>, 64> counts_{};
  std::array<std::atomic<double>, 32> gauges_{};
  std::array<std::atomic<std::size_t>, 6> by_class_{};
  std::vector<std::string> answered_;
  mutable std::mutex mutex_;
  std::string said_;
};

/// What a test puts into a stream. All but the counters: io thread only.
struct Tap {
  std::string waiting;
  std::size_t endless_bytes = 0;  ///< so many bytes more, of which each pull gives a full chunk
  bool is_ended = false;
  bool throws = false;
  std::function<void()> wake;
  std::size_t thread = 0;
  std::atomic<std::size_t> pulls{0};
  std::atomic<std::size_t> largest_chunk{0};
  std::atomic<bool> is_destroyed{false};
};

/// `/echo` what came · `/bytes/N` so many · `/status/N` · `/later` a reply for the test · `/drop` a reply that nobody keeps ·
/// `/throw` · `/silent` no answer · `/stream` a tap for the test · `/headers` ·
/// `/busy/N` the thread for so many milliseconds · `/peer` whose connection it is.
class TestHandler : public Handler {
 public:
  void handle(Exchange& exchange) override;
  Response malformed(unsigned status, std::string_view why, const Request& known, Account& account) override;

  /// Waits for one.
  Reply next_reply();
  std::shared_ptr<Tap> next_tap();
  std::size_t handled() const { return handled_; }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<Reply> replies_;
  std::vector<std::shared_ptr<Tap>> taps_;
  std::atomic<std::size_t> handled_{0};
};

class ServerTest : public ::testing::Test {
 protected:
  /// Small bounds and short times, so that tests can reach them.
  static ServerOptions small_options();
  void start(ServerOptions options = small_options());
  Client client(int receive_bytes = 0) { return Client(server->port(), receive_bytes); }
  /// On the tap's io thread, and then a wake.
  void pour(const std::shared_ptr<Tap>& tap, const std::function<void(Tap&)>& change);
  bool eventually(const std::function<bool()>& holds);

  CountingTelemetry telemetry;
  TestHandler handler;
  std::unique_ptr<Server> server;
};

}  // namespace dialin::http::server_tests
