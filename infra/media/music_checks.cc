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
/// Between a fault of the loop and its next turn, so that one that stays fills no disk with lines.
constexpr std::chrono::milliseconds kFaultPause{100};
// A look, at the queue as at what runs, may come one sleep late.
static_assert(kMusicVerdictMost >= CheckQueue::kWaitMost + Check::kMost + 2 * kSleepMost);

// Why nobody is told anything else.
constexpr const char* kStopping = "the node is stopping";
constexpr const char* kTooMany = "too many are being looked at";

struct Caller {
  TenantId tenant;
  MusicJudge::Done done;
  Clock::time_point since;
};

struct MultiDeleted {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

/// What ails all checks: the loop's to tell, lest it go round without a rest.
void must(CURLMcode code) {
  if (code != CURLM_OK) throw std::runtime_error(std::string("libcurl: ") + curl_multi_strerror(code));
}

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

  std::optional<MusicVerdict> judge(const TenantId& tenant, std::string url, Done done) {
    {
      const std::lock_guard lock(mutex_);
      const auto mine = callers_of_.find(tenant);
      const bool is_full = callers_ >= kCallersMax || (mine != callers_of_.end() && mine->second >= kTenantCallersMax);
      if (stopping_ || is_full) {
        telemetry_.add(Counter::music_unjudged);
        return MusicVerdict{Code::unjudged, stopping_ ? kStopping : kTooMany};
      }
      std::size_t& of_tenant = callers_of_[tenant];
      arrived_.emplace_back(std::move(url), Caller{tenant, std::move(done), Clock::now()});
      ++callers_;
      ++of_tenant;
    }
    curl_multi_wakeup(multi_.get());
    return std::nullopt;
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
    for (bool goes_on = true; goes_on;) {
      try {
        goes_on = turn();
      } catch (const std::exception& fault) {
        // Of no check in particular. Writes that name no music have nothing to do with it, so the process goes on.
        say_failed(fault);
        drop_all(Check::kFault);
        std::this_thread::sleep_for(kFaultPause);
      }
    }
    drop_all(kStopping);
  }

  /// False: to stop.
  bool turn() {
    if (!take_arrived()) return false;
    drive();
    give_up(Clock::now());
    while (auto next = queue_.take()) begin(std::move(next));
    settle();
    telemetry_.set(Gauge::music_waiting, static_cast<double>(queue_.waiting()));
    telemetry_.set(Gauge::music_running, static_cast<double>(running_.size()));
    // What has just settled may have made room.
    if (queue_.waiting() == 0 || !is_room_made_)
      must(curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(sleep().count()), nullptr));
    return true;
  }

  void drop_all(std::string_view why) {
    const MusicVerdict verdict{Code::unjudged, std::string(why)};
    running_.clear();
    queue_ = CheckQueue();
    for (auto& [url, caller] : std::exchange(adding_, {})) {
      if (caller.done) answer(caller, verdict);
    }
    while (!callers_for_.empty()) tell(callers_for_.begin()->first, verdict);
    // A fault may have come between a caller and its answer.
    const std::lock_guard lock(mutex_);
    callers_ = arrived_.size();
    callers_of_.clear();
    for (const auto& [url, caller] : arrived_) ++callers_of_[caller.tenant];
  }

  void say_failed(const std::exception& fault) {
    telemetry_.say(Level::error, std::string("a check of hold music failed: ") + fault.what());
  }

  /// A step of one check, which alone fails when the step throws: nobody may spoil the checks of others.
  template <class Step>
  bool step_of(Check& check, const Step& step) {
    try {
      return step(check);
    } catch (const std::exception& fault) {
      say_failed(fault);
      check.fail();
      return true;
    }
  }

  /// False: to stop.
  bool take_arrived() {
    bool goes_on = true;
    {
      const std::lock_guard lock(mutex_);
      adding_.swap(arrived_);
      goes_on = !stopping_;  // at the same moment: once it stops nobody arrives, so nobody is left behind
    }
    for (auto& [url, caller] : adding_) add(std::move(url), caller);
    adding_.clear();
    return goes_on;
  }

  /// Takes the caller, whose `done` is empty then.
  void add(std::string url, Caller& caller) {
    const auto now = Clock::now();
    const KnownVerdict* known = cache_.find(caller.tenant, url);
    if (known != nullptr && cache_.is_fresh(*known, now)) {
      telemetry_.add(Counter::music_known);
      return answer(caller, known->verdict);
    }
    auto& waiting = callers_for_[key_of(caller.tenant, url)];
    waiting.push_back({caller.tenant, nullptr, caller.since});
    waiting.back().done.swap(caller.done);
    if (waiting.size() == 1) queue_.push(std::make_unique<Check>(tools_, caller.tenant, std::move(url)), now);
  }

  void begin(std::unique_ptr<Check> check) {
    running_.push_back(std::move(check));
    step_of(*running_.back(), [this](Check& begun) {
      begun.begin(cache_.find(begun.tenant(), begun.url()));
      return true;
    });
  }

  /// To the one whose it is; what nobody has waited for to its end is nobody's any more.
  template <class... What>
  void hand_on(const What&... what) {
    for (const auto& check : running_) {
      if (step_of(*check, [&](Check& maybe) { return maybe.take(what...); })) return;
    }
  }

  void drive() {
    for (const Lookups::Answer& answer : lookups_.take()) hand_on(answer);
    int running = 0;
    must(curl_multi_perform(multi_.get(), &running));
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const void* handle = message->easy_handle;
      const int code = message->data.result;
      hand_on(handle, code);
    }
  }

  void give_up(Clock::time_point now) {
    for (const auto& check : running_)
      step_of(*check, [now](Check& running) {
        running.look_at(now);
        return true;
      });
    for (const auto& check : queue_.late(now)) tell(*check, {Code::unjudged, kTooMany});
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
    for (Caller& caller : node.mapped()) answer(caller, verdict);
  }

  void answer(Caller& caller, const MusicVerdict& verdict) {
    telemetry_.add(counter_of(verdict.code));
    telemetry_.observe(Histogram::music_seconds, std::chrono::duration<double>(Clock::now() - caller.since).count());
    {
      const std::lock_guard lock(mutex_);
      --callers_;
      if (const auto mine = callers_of_.find(caller.tenant); --mine->second == 0) callers_of_.erase(mine);
    }
    std::exchange(caller.done, nullptr)(verdict);
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
  Arrived adding_;
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

std::optional<MusicVerdict> MusicChecks::judge(const TenantId& tenant, std::string url, Done done) {
  return loop_->judge(tenant, std::move(url), std::move(done));
}

void MusicChecks::stop() {
  loop_->stop();
}

}  // namespace dialin::media
