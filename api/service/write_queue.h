#pragma once
// The writer's letter box: writes from any thread, and the log's answers from its thread. The writer takes all that lies there at once, so
// the lock is held for a swap only.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <vector>

#include "api/service/group.h"

namespace dialin::service {

class WriteQueue {
 public:
  using Outcome = Result<Tail, LogError>;
  /// Of one question for the log's end.
  struct Confirmation {
    std::uint64_t question = 0;
    Result<Sequence, LogError> end;
  };
  struct Mail {
    std::vector<Asked> asked;
    std::vector<Outcome> outcomes;  ///< of appended groups, oldest first
    std::vector<Confirmation> confirmations;
    bool closed = false;
  };

  explicit WriteQueue(std::size_t asked_max) : asked_max_(asked_max) {}

  /// Any thread. False, and `asked` untouched, when asked_max wait already or the queue is closed.
  bool push(Asked&& asked);
  /// Any thread.
  void push(Outcome outcome);
  /// Any thread.
  void push(Confirmation confirmation);
  /// Any thread: the writer has something to look at, though there is no letter.
  void wake();
  /// Nothing more is taken in; what lies here still comes out.
  void close();

  /// Writer's thread: waits until there is something, or until `deadline`. Overwrites `mail`. Writes are left lying unless `want_asked`;
  /// then only what the log says or the closing ends the wait.
  void take(Mail& mail, bool want_asked, std::chrono::steady_clock::time_point deadline);
  /// Writer's thread: `count` of the writes taken no longer wait.
  void decided(std::size_t count);
  /// Writes that wait, taken ones included.
  std::size_t waiting() const;

 private:
  const std::size_t asked_max_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Asked> asked_;
  std::vector<Outcome> outcomes_;
  std::vector<Confirmation> confirmations_;
  bool woken_ = false;
  std::size_t taken_ = 0;  ///< taken and not yet decided
  bool closed_ = false;
  bool close_seen_ = false;
  bool writer_waits_ = false;  ///< so that nobody pays for waking a writer that is awake
};

}  // namespace dialin::service
