#include "infra/media/music_checks.h"

#include <curl/curl.h>

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <unordered_map>
#include <utility>

#include "infra/media/check_queue.h"

namespace dialin::media {
namespace {

using Clock = Check::Clock;
using Code = MusicVerdict::Code;

/// How long the loop sleeps when nothing is due and nobody wakes it.
constexpr std::chrono::milliseconds kSleepMost{1000};
// A look, at the queue as at what runs, may come one sleep late.
static_assert(kMusicVerdictMost >= CheckQueue::kWaitMost + Check::kMost + 2 * kSleepMost);

struct Caller {
  TenantId tenant;
  MusicJudge::Done done;
  Clock::time_point since;
};

struct MultiDeleted {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

Counter counter_of(Code code) {
  return code == Code::fit ? Counter::music_fit : code == Code::unfit ? Counter::music_unfit : Counter::music_unjudged;
}

}  // namespace

class MusicChecks::Loop {
 public:
  Loop(MusicOptions options, Telemetry& telemetry)
      : telemetry_(telemetry),
        rules_{std::move(options.allowed), std::move(options.ca_file)},
        multi_(made()),
        lookups_([this] { curl_multi_wakeup(multi_.get()); }),
        tools_{multi_.get(), lookups_, rules_},
        cache_(options.fit_for),
        thread_([this] { run(); }) {}
  ~Loop() { stop(); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  bool judge(const TenantId& tenant, std::string url, Done done) {
    {
      const std::lock_guard lock(mutex_);
      const auto mine = callers_of_.find(tenant);
      if (stopping_ || callers_ >= kCallersMax || (mine != callers_of_.end() && mine->second >= kTenantCallersMax)) {
        telemetry_.add(Counter::music_unjudged);
        return false;
      }
      ++callers_;
      ++callers_of_[tenant];
      arrived_.emplace_back(std::move(url), Caller{tenant, std::move(done), Clock::now()});
    }
    curl_multi_wakeup(multi_.get());
    return true;
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    curl_multi_wakeup(multi_.get());
    if (thread_.joinable()) thread_.join();
  }

 private:
  using Arrived = std::vector<std::pair<std::string, Caller>>;

  static CURLM* made() {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw std::runtime_error("libcurl cannot be initialised");
    CURLM* multi = curl_multi_init();
    if (multi == nullptr) throw std::runtime_error("libcurl gives no handle");
    return multi;
  }

  void run() {
    while (take_arrived()) {
      drive();
      give_up(Clock::now());
      while (auto next = queue_.take()) begin(std::move(next));
      settle();
      telemetry_.set(Gauge::music_waiting, static_cast<double>(queue_.waiting()));
      telemetry_.set(Gauge::music_running, static_cast<double>(running_.size()));
      // What has just settled may have made room.
      if (queue_.waiting() > 0 && is_room_made_) continue;
      curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(sleep().count()), nullptr);
    }
    running_.clear();
    for (const auto& check : queue_.all()) tell(*check, {Code::unjudged, "the node is stopping"});
    while (!callers_for_.empty()) tell(callers_for_.begin()->first, {Code::unjudged, "the node is stopping"});
  }

  /// False: to stop.
  bool take_arrived() {
    Arrived arrived;
    {
      const std::lock_guard lock(mutex_);
      arrived.swap(arrived_);
    }
    for (auto& [url, caller] : arrived) add(std::move(url), std::move(caller));
    const std::lock_guard lock(mutex_);
    return !stopping_;
  }

  void add(std::string url, Caller caller) {
    const auto now = Clock::now();
    const KnownVerdict* known = cache_.find(caller.tenant, url);
    if (known != nullptr && cache_.is_fresh(*known, now)) {
      telemetry_.add(Counter::music_known);
      return answer(caller, known->verdict);
    }
    auto& waiting = callers_for_[key_of(caller.tenant, url)];
    const TenantId tenant = caller.tenant;
    waiting.push_back(std::move(caller));
    if (waiting.size() == 1) queue_.push(std::make_unique<Check>(tools_, tenant, std::move(url)), now);
  }

  void begin(std::unique_ptr<Check> check) {
    check->begin(cache_.find(check->tenant(), check->url()));
    running_.push_back(std::move(check));
  }

  void drive() {
    for (const Lookups::Answer& answer : lookups_.take()) {
      // One that nobody has waited for to its end is nobody's any more.
      for (const auto& check : running_) {
        if (check->take(answer)) break;
      }
    }
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const void* handle = message->easy_handle;
      const int code = message->data.result;
      for (const auto& check : running_) {
        if (check->take(handle, code)) break;
      }
    }
  }

  void give_up(Clock::time_point now) {
    for (const auto& check : running_) check->look_at(now);
    for (const auto& check : queue_.late(now)) tell(*check, {Code::unjudged, "too many are being looked at"});
  }

  void settle() {
    is_room_made_ = false;
    for (std::size_t i = 0; i < running_.size();) {
      if (!running_[i]->verdict()) {
        ++i;
        continue;
      }
      const std::unique_ptr<Check> check = std::move(running_[i]);
      running_[i] = std::move(running_.back());
      running_.pop_back();
      queue_.ended(check->tenant());
      is_room_made_ = true;
      if (check->verdict()->verdict.code != Code::unjudged) cache_.put(check->tenant(), check->url(), *check->verdict());
      tell(*check, check->verdict()->verdict);
    }
  }

  void tell(const Check& check, const MusicVerdict& verdict) { tell(key_of(check.tenant(), check.url()), verdict); }
  void tell(const std::string& key, const MusicVerdict& verdict) {
    const auto node = callers_for_.extract(key);
    if (node.empty()) return;
    for (const Caller& caller : node.mapped()) answer(caller, verdict);
  }

  void answer(const Caller& caller, const MusicVerdict& verdict) {
    telemetry_.add(counter_of(verdict.code));
    telemetry_.observe(Histogram::music_seconds, std::chrono::duration<double>(Clock::now() - caller.since).count());
    {
      const std::lock_guard lock(mutex_);
      --callers_;
      if (const auto mine = callers_of_.find(caller.tenant); --mine->second == 0) callers_of_.erase(mine);
    }
    caller.done(verdict);
  }

  std::chrono::milliseconds sleep() const {
    auto until = Clock::now() + kSleepMost;
    for (const auto& check : running_) until = std::min(until, check->due());
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    return std::max(left, std::chrono::milliseconds(0));
  }

  Telemetry& telemetry_;
  const TransferRules rules_;
  const std::unique_ptr<CURLM, MultiDeleted> multi_;
  Lookups lookups_;
  Check::Tools tools_;
  VerdictCache cache_;
  CheckQueue queue_;
  std::vector<std::unique_ptr<Check>> running_;
  std::unordered_map<std::string, std::vector<Caller>> callers_for_;  ///< by key_of()
  bool is_room_made_ = false;

  std::mutex mutex_;
  bool stopping_ = false;
  Arrived arrived_;
  std::size_t callers_ = 0;  ///< that wait for a verdict
  std::unordered_map<TenantId, std::size_t, HashOfId> callers_of_;
  std::thread thread_;  // last: it uses everything else
};

MusicChecks::MusicChecks(MusicOptions options, Telemetry& telemetry) : loop_(std::make_unique<Loop>(std::move(options), telemetry)) {}
MusicChecks::~MusicChecks() = default;

bool MusicChecks::judge(const TenantId& tenant, std::string url, Done done) {
  return loop_->judge(tenant, std::move(url), std::move(done));
}

void MusicChecks::stop() {
  loop_->stop();
}

}  // namespace dialin::media
