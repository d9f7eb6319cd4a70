#pragma once
// A log whose views are of schema 1 and serve, and a writer's thread for what is to happen between two of its groups.

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "domain/telemetry.h"
#include "infra/storage/temporary_dir.h"
#include "projections/history_in_a_log.h"
#include "projections/rebuild.h"

namespace dialin::projections {

class Lines : public Telemetry {
 public:
  void say(Level, std::string_view line) override {
    const std::lock_guard lock(mutex_);
    lines_.emplace_back(line);
  }
  void add(Counter, std::uint64_t) override {}
  void set(Gauge, double) override {}
  void observe(Histogram, double) override {}
  void answered(const AnsweredRequest&) override {}
  std::string expose() const override { return {}; }
  std::vector<std::string> all() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

class OlderViews {
 public:
  OlderViews(unsigned seed, int commands);
  ~OlderViews();
  OlderViews(const OlderViews&) = delete;
  OlderViews& operator=(const OlderViews&) = delete;

  /// As a start does it.
  OpenViews open() { return open("views"); }
  OpenViews open(const std::string& name);
  /// Serves what `opened` holds until close().
  void serve(OpenViews opened);
  void close();

  /// On `stores` and `limits`; begun.
  std::unique_ptr<Rebuild> rebuild();
  /// Appends and applies what `commands` random ones decide. Only where the writer's thread is, or before there is a rebuild.
  void happen(int commands);
  /// Before each step of the last step, on the writer's thread.
  std::function<void()> before_step = [] {};

  bool wait_until(const std::function<bool()>& so) const;

  storage::TemporaryDir dir;
  HistoryInALog history;
  Lines lines;
  ViewStores stores;
  RebuildLimits limits{.first_wait = std::chrono::milliseconds(20), .longest_wait = std::chrono::milliseconds(50), .free_bytes_min = 0};
  std::unique_ptr<SwitchedStore> serving;
  std::unique_ptr<Projector> projector;

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<bool()> work_;
  bool stopping_ = false;
  std::thread writer_;
};

}  // namespace dialin::projections
