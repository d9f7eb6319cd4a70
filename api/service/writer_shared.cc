// The part of the writer's core that a log shared with other nodes needs: it follows what others append, gives no answer on the present
// before the log's end was asked for, and waits for no outcome without end.

#include <algorithm>

#include "api/service/answers.h"
#include "api/service/writer_core.h"

namespace dialin::service {

/// Why a write that waits is not decided, though the views are in step; empty when it is.
std::string_view WriterCore::why_not_now() const {
  if (is_stuck()) return "the log does not answer";
  if (!ports_.log.leads()) return "this node does not lead";
  return {};
}

/// While groups are in flight nothing of others can be taken in: the log settles them first.
void WriterCore::follow_log(Time now) {
  if (!ports_.log.is_shared() || !flights_.empty() || ports_.log.tail() == ports_.projector.position()) return;
  overlay_.forget_all();
  if (std::string why = catch_up_with_log(); !why.empty()) enter_trouble(std::move(why), now);
}

/// A record of the group that is on the chain stands where it was meant to stand.
void WriterCore::take_in_part(Group& group, Time now) {
  overlay_.forget_all();
  if (std::string why = catch_up_with_log(); !why.empty()) {
    enter_trouble(std::move(why), now);
    return answer_failed(group, LogError::unknown, applied());
  }
  const auto is_stored = [&](const WriteResult& result) {
    const auto found = ports_.log.at(result.sequence);
    return found && found->id == group.records[result.sequence.value - group.records.front().sequence.value].id;
  };
  answer_partly(group, is_stored, applied());
}

void WriterCore::ask_for_the_end(Time now) {
  if (to_confirm_.empty()) return;
  unconfirmed_.push_back({++questions_, basis_, now, std::move(to_confirm_), std::nullopt});
  to_confirm_.clear();
  ports_.log.confirm_end([confirm = confirm_, question = questions_](Result<Sequence, LogError> end) { confirm({question, end}); });
}

void WriterCore::confirmed(const Confirmation& confirmation) {
  const auto asked =
      std::find_if(unconfirmed_.begin(), unconfirmed_.end(), [&](const Unconfirmed& one) { return one.question == confirmation.question; });
  if (asked == unconfirmed_.end()) return;  // it took too long
  if (confirmation.end) {
    asked->end = *confirmation.end;
    return;
  }
  answer_unconfirmed(asked->answers, "the log's end cannot be learnt", applied());
  unconfirmed_.erase(asked);
}

void WriterCore::answer_confirmed(Time now) {
  for (auto one = unconfirmed_.begin(); one != unconfirmed_.end();) {
    if (one->basis != basis_ || !trouble_.empty()) {
      answer_unconfirmed(one->answers, "another node has taken the lead", applied());
    } else if (one->end && *one->end <= applied()) {
      for (Held& held : one->answers) {
        held.result.sequence = applied();
        held.done(std::move(held.result));
      }
    } else if (one->asked + limits_.answer_within <= now) {
      answer_unconfirmed(one->answers, "the log's end cannot be learnt in time", applied());
    } else {
      ++one;
      continue;
    }
    one = unconfirmed_.erase(one);
  }
}

void WriterCore::expire(Time now) {
  for (Group& group : flights_) {
    if (group.appended + limits_.answer_within > now) return;
    stuck_ = true;
    answer_failed(group, LogError::unknown, applied());
  }
}

}  // namespace dialin::service
