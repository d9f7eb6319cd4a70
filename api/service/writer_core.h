#pragma once
// The writer without its thread: a state machine that is stepped. Whoever drives it (writer.cc: a thread; a test: by hand) gives it writes
// and the log's answers and calls step() while there is something to do. Everything happens on the driver's thread, but for what is marked.
//
//   submit → step: decide a group, append → (the log answers: `report`) → completed: apply, tell observers, answer in order
//
// Groups in flight are answered oldest first. An answer that stores nothing waits for the groups that it was decided on.

#include <atomic>
#include <deque>
#include <mutex>

#include "api/service/catch_up.h"
#include "api/service/decider.h"
#include "api/service/write_queue.h"

namespace dialin::service {

class WriterCore {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Outcome = WriteQueue::Outcome;
  using Confirmation = WriteQueue::Confirmation;

  static constexpr std::size_t kGroupsInFlightMax = 64;
  static constexpr std::chrono::milliseconds kRetry{200};  ///< between attempts to get out of trouble

  /// `report` hands the log's answer back to the driver, which calls completed(): on the thread on which the log calls back, possibly
  /// inside step(), possibly when the core has gone. Likewise `confirm` and confirmed(); a log that is not shared needs none.
  WriterCore(Writer::Ports ports, Rules rules, WriterLimits limits, std::vector<AppliedObserver*> observers,
             std::function<void(Outcome)> report, std::function<void(Confirmation)> confirm = {});

  /// Takes the writes over; `asked` is emptied. The driver bounds their number.
  void submit(std::vector<Asked>& asked);
  /// The log's answer to the oldest group in flight.
  void completed(Outcome outcome, Time now);
  /// The log's answer to a question for its end.
  void confirmed(const Confirmation& confirmation);
  /// Decides and appends one group, or refuses what waits when writes cannot be taken now, or does what is due by time. Returns how many
  /// writes it decided.
  std::size_t step(Time now);

  bool wants_writes() const { return next_ == backlog_.size(); }
  /// Whether step() has a write to decide.
  bool can_step() const;
  bool is_idle() const { return wants_writes() && flights_.empty() && unconfirmed_.empty(); }
  /// The log has not answered the oldest group in time. Its callers have been told that the outcome is unknown.
  bool is_stuck() const { return stuck_.load(std::memory_order_relaxed); }
  /// When step() has something to do without being given anything.
  Time wake_at() const;
  /// Makes the views durable. For the stop.
  void flush();

  Sequence applied() const { return {applied_.load(std::memory_order_acquire)}; }  ///< any thread
  std::string trouble() const;                                                     ///< any thread
  bool is_out_of_step() const;                                                     ///< any thread

 private:
  std::size_t decide_group(const Tail& end, Time now);
  void append(Group group, const Tail& end, Time now);
  std::size_t refuse_backlog(std::string_view why);
  std::string_view why_not_now() const;
  /// Gives the answer, now or after all that is in flight.
  void hold(Held held);
  /// Where the log ends when nobody but this writer appends.
  Tail expected_end() const;
  bool get_into_step(Time now);
  void follow_log(Time now);
  void take_in_part(Group& group, Time now);
  void ask_for_the_end(Time now);
  void answer_confirmed(Time now);
  void expire(Time now);
  void try_to_recover(Time now);
  void take_in(Group group, Time now);
  /// As take_in() when a group before this one had no known outcome: the log is read for what stands between.
  void take_in_by_log(Group& group, Time now);
  std::string catch_up_with_log();
  void announce(AppliedEntries entries);
  void enter_trouble(std::string why, Time now);
  void set_trouble(std::string why);
  void forget_old_keys(Instant chain_time);

  Writer::Ports ports_;
  const WriterLimits limits_;
  const std::vector<AppliedObserver*> observers_;
  const std::function<void(Outcome)> report_;
  const std::function<void(Confirmation)> confirm_;
  Overlay overlay_;
  Decider decider_;

  std::vector<Asked> backlog_;
  std::size_t next_ = 0;       ///< of the backlog: the first that is not decided
  std::deque<Group> flights_;  ///< oldest first
  /// Answers that store nothing, on a shared log. Another node may have stored what speaks against them, unless the log's end, asked for
  /// afterwards, brings nothing that was not decided here.
  struct Unconfirmed {
    std::uint64_t question = 0;
    std::uint64_t basis = 0;
    Time asked{};
    std::vector<Held> answers;
    std::optional<Sequence> end;
  };
  std::vector<Held> to_confirm_;  ///< for the next question
  std::deque<Unconfirmed> unconfirmed_;
  std::uint64_t questions_ = 0;
  std::uint64_t basis_ = 0;  ///< another one each time that the views go on by what was not decided here
  std::atomic<bool> stuck_{false};
  bool draining_ = false;  ///< the log did not go as expected: nothing is decided until no group is in flight

  std::atomic<std::uint64_t> applied_;
  mutable std::mutex trouble_mutex_;  ///< the writer's thread alone writes, and reads without it
  std::string trouble_;               ///< empty: the views are in step, or will be when all that is in flight is applied
  Time retry_at_{};
  Time last_write_{};
  bool unflushed_ = false;
  bool is_flush_failing_ = false;  ///< said when it begins and ends
  std::int64_t keys_forgotten_us_ = 0;
};

}  // namespace dialin::service
