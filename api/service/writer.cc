#include "api/service/writer.h"

#include <pthread.h>

#include <atomic>
#include <thread>

#include "api/service/writer_core.h"

namespace dialin::service {

/// The thread that drives the core.
class Writer::Loop {
 public:
  Loop(Ports ports, Rules rules, WriterLimits limits, std::vector<AppliedObserver*> observers)
      : telemetry_(ports.telemetry),
        queue_(std::make_shared<WriteQueue>(limits.queue_max, limits.taken_max)),
        core_(
            ports, std::move(rules), limits, std::move(observers), [queue = queue_](WriteQueue::Outcome outcome) { queue->push(outcome); },
            [queue = queue_](WriteQueue::Confirmation confirmation) { queue->push(confirmation); }) {
    ports.log.follow([queue = queue_] { queue->wake(); });
    queue_->wake();  // the views may lack what the log holds already
    thread_ = std::thread([this] { run(); });
  }
  ~Loop() { stop(); }

  Submitted submit(Command command, Done done) {
    const Submitted submitted = queue_->push({std::move(command), std::move(done)});
    if (submitted == Submitted::queue_full) telemetry_.add(Counter::writes_refused_full);
    if (submitted == Submitted::share_used) telemetry_.add(Counter::writes_refused_share);
    return submitted;
  }

  void between_groups(std::function<bool()> work) {
    {
      const std::lock_guard lock(work_mutex_);
      work_ = std::move(work);
      has_work_ = true;
    }
    queue_->wake();
  }

  void stop() {
    queue_->close();
    const std::lock_guard lock(stop_mutex_);
    if (thread_.joinable()) thread_.join();
  }

  const WriterCore& core() const { return core_; }

 private:
  using SteadyClock = std::chrono::steady_clock;
  static constexpr std::chrono::minutes kLongestSleep{1};

  void run() {
    pthread_setname_np(pthread_self(), "writer");
    WriteQueue::Mail mail;
    // What the log does not answer is not waited for: its callers have been told.
    while (!mail.closed || !(core_.is_idle() || core_.is_stuck()) || !mail.asked.empty() || queue_->waiting() > 0) {
      auto now = SteadyClock::now();
      const bool is_busy = core_.can_step() || has_work_;
      queue_->take(mail, core_.wants_writes(), is_busy ? now : std::min(core_.wake_at(), now + kLongestSleep));
      now = SteadyClock::now();
      for (const auto& outcome : mail.outcomes) core_.completed(outcome, now);
      for (const auto& confirmation : mail.confirmations) core_.confirmed(confirmation);
      if (!mail.asked.empty()) core_.submit(mail.asked);
      if (const auto decided = core_.step(now); decided > 0) queue_->decided(decided);
      if (has_work_) do_work();
      telemetry_.set(Gauge::write_queue_depth, static_cast<double>(queue_->waiting()));
    }
    core_.flush();
  }

  void do_work() {
    const std::lock_guard lock(work_mutex_);
    if (!work_()) return;
    work_ = nullptr;
    has_work_ = false;
  }

  Telemetry& telemetry_;
  std::mutex work_mutex_;
  std::function<bool()> work_;
  std::atomic<bool> has_work_{false};
  std::shared_ptr<WriteQueue> queue_;  ///< also the log's: it may answer when the writer has gone
  WriterCore core_;
  std::mutex stop_mutex_;
  std::thread thread_;  // last: it runs on all of the above
};

Writer::Writer(Ports ports, Rules rules, WriterLimits limits, std::vector<AppliedObserver*> observers)
    : loop_(std::make_unique<Loop>(ports, std::move(rules), limits, std::move(observers))) {}

Writer::~Writer() = default;

Submitted Writer::submit(Command command, Done done) {
  return loop_->submit(std::move(command), std::move(done));
}
void Writer::between_groups(std::function<bool()> work) {
  loop_->between_groups(std::move(work));
}
void Writer::stop() {
  loop_->stop();
}
Sequence Writer::applied() const {
  return loop_->core().applied();
}
bool Writer::is_out_of_step() const {
  return loop_->core().is_out_of_step();
}
std::string Writer::trouble() const {
  return loop_->core().trouble();
}

}  // namespace dialin::service
