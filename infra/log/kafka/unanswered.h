#pragma once
// The groups that were produced here and have no answer yet, oldest first. They chain one behind the other, from this lead and from earlier
// ones whose outcome is not known: so the chain holds a beginning of them, or something else in their place. Not thread-safe.

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "domain/event_log.h"

namespace dialin::log::kafka {

struct GroupOutcome {
  Tail stored;              ///< how far the chain holds the group: its last record, when it holds all; the record before it, when none
  std::size_t records = 0;  ///< of the group, from its beginning, that are on the chain
  std::optional<LogError> error;  ///< absent: all are
};
using GroupAnswered = std::function<void(const GroupOutcome&)>;

class Unanswered {
 public:
  /// `group` chains behind the last record that waits here, if any does.
  void add(std::span<const Record> group, GroupAnswered answered);

  /// A group of which nothing was produced. It is answered in its turn; at once when it is its turn now.
  struct Settled;
  std::vector<Settled> add_refused(const Tail& end, LogError error, GroupAnswered answered);

  /// What a record that joined the chain settles: groups that are whole with it and, when it stands where the next record of ours would,
  /// all others, which can then never get in. In order.
  struct Settled {
    GroupAnswered answered;
    GroupOutcome outcome;
  };
  std::vector<Settled> settle(const Record& joined);
  /// Gives up waiting: each is answered with `error`, whatever becomes of it.
  std::vector<Settled> give_up(LogError error);

  bool empty() const { return groups_.empty(); }
  std::size_t records() const { return records_; }  ///< that wait

 private:
  void settle_refused(std::vector<Settled>& settled);

  struct Group {
    std::vector<RecordId> ids;
    std::size_t stored = 0;
    std::optional<LogError> refused;
    Tail tail;  ///< the last record of it that is on the chain, or what it chains behind
    GroupAnswered answered;
  };
  std::deque<Group> groups_;
  std::size_t records_ = 0;
};

}  // namespace dialin::log::kafka
