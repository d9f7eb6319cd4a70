#pragma once
// The writer's letter box: writes from any thread, and the log's answers from its thread. Tenants take turns, and none may hold more places
// than are still free: who asks for much waits behind itself, and whoever comes next finds room. The lock is held for the linking of what
// was made before, never for the moving of a write.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <list>
#include <mutex>
#include <unordered_map>
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
    std::vector<Asked> asked;       ///< in turn, each tenant's in order
    std::vector<Outcome> outcomes;  ///< of appended groups, oldest first
    std::vector<Confirmation> confirmations;
    bool closed = false;
  };

  /// `asked_max` may wait, of which `taken_max` are taken at a time.
  WriteQueue(std::size_t asked_max, std::size_t taken_max) : asked_max_(asked_max), taken_max_(taken_max) {}

  /// Any thread. It does not wait when asked_max wait already, when its tenant has as many waiting as there are places left, or when the
  /// queue is closed, which counts as full.
  Submitted push(Asked&& asked);
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
  void take_turns(std::list<Asked>& taken);

  const std::size_t asked_max_;
  const std::size_t taken_max_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<TenantId, std::list<Asked>, HashOfId> asked_;  ///< none is empty
  std::deque<TenantId> turns_;                                      ///< of asked_, each once
  std::size_t waiting_ = 0;                                         ///< in all of asked_
  std::vector<Outcome> outcomes_;
  std::vector<Confirmation> confirmations_;
  bool woken_ = false;
  std::size_t taken_ = 0;  ///< taken and not yet decided
  bool closed_ = false;
  bool close_seen_ = false;
  bool writer_waits_ = false;  ///< so that nobody pays for waking a writer that is awake
};

}  // namespace dialin::service
