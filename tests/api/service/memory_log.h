#pragma once
// A log in memory that answers when the test says so: what a log on another machine does, with failures and lost answers.

#include <deque>
#include <functional>
#include <mutex>

#include "domain/event_log.h"

namespace dialin::test {

class MemoryLog : public EventLog {
 public:
  bool answers_at_once = false;
  /// Set: every append fails with it.
  std::optional<LogError> fails;
  bool shared = false;  ///< with others, whose records append_foreign() brings; then confirm_end() waits for confirm_all()
  bool leading = true;
  /// Called once, behind the next end(): what another thread does before the writer goes on.
  mutable std::function<void()> after_end;

  LogId id() const override { return {}; }
  Tail tail() const override;
  Tail end() const override;
  void append(std::vector<Record>& group, Appended done) override;
  std::unique_ptr<RecordReader> read(Sequence from) const override;
  Result<Record, LogError> at(Sequence sequence) const override;
  void confirm_end(Confirmed done) const override;
  bool is_shared() const override { return shared; }
  bool leads() const override { return leading; }

  /// Answers all questions for the end: with what it is now, or with `error`.
  void confirm_all(std::optional<LogError> error = {});
  std::size_t questions() const { return questions_.size(); }

  std::size_t in_flight() const;
  /// The oldest group in flight becomes durable and is answered.
  void answer_one();
  void answer_all();
  /// All groups in flight are answered with `error`; the first `landed` of them are on the chain all the same.
  void fail_all(LogError error, std::size_t landed = 0);
  /// The oldest group in flight is told that a beginning of it, `records`, is on the chain; the others that they are not.
  void land_part(std::size_t records);
  /// Somebody else's record extends the chain, as an election does.
  void append_foreign(std::string type, Instant time);
  std::vector<Record> records() const;
  std::size_t appends() const { return appends_; }

 private:
  struct Flight {
    std::vector<Record> records;
    Appended done;
  };
  Tail end_locked() const;

  mutable std::mutex mutex_;
  std::vector<Record> durable_;
  std::deque<Flight> flights_;
  std::size_t appends_ = 0;
  mutable std::vector<Confirmed> questions_;
};

}  // namespace dialin::test
