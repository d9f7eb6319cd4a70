#include "api/service/answers.h"

#include <algorithm>
#include <iterator>

namespace dialin::service {
namespace {

WriteResult in_doubt(std::string_view why) {
  WriteResult result;
  result.code = WriteCode::outcome_unknown;
  result.why = unknown_of_key(why);
  return result;
}

std::string_view sentence_of(LogError error) {
  switch (error) {
    case LogError::no_space:
      return "the log's disk is full, nothing was stored";
    case LogError::unavailable:
      return "the log cannot be reached, nothing was stored";
    case LogError::unknown:
      return "the log's answer was lost, the write may or may not be stored";
    case LogError::partly:
      return "another node took the lead, nothing was stored";
    case LogError::poison:
      return "the log is damaged, nothing was stored";
    case LogError::not_found:
      return "the log lacks what it should hold, nothing was stored";
  }
  return "the log failed, nothing was stored";
}

/// Answers that stand, whatever becomes of their group: they say what was before it, or that nothing is known.
bool stands(WriteCode code) {
  return code == WriteCode::replayed || code == WriteCode::idempotency_running || code == WriteCode::outcome_unknown;
}

/// `of_stored` for those that had something to store; the others were decided on what may never be, and stored nothing either way.
void answer_all(Group& group, WriteCode of_stored, const std::string& why_of_stored, const std::string& why_of_others, Sequence applied) {
  for (Held& held : group.answers) {
    if (stands(held.result.code)) {
      held.done(std::move(held.result));
      continue;
    }
    const bool had_to_store = held.result.code == WriteCode::stored;
    WriteResult result;
    result.code = had_to_store ? of_stored : WriteCode::unavailable;
    result.why = had_to_store ? why_of_stored : why_of_others;
    if (held.may_be_stored_before && result.code == WriteCode::unavailable) result = in_doubt(result.why);
    result.sequence = applied;
    held.done(std::move(result));
  }
  group.answers.clear();
}

}  // namespace

void answer_stored(Group& group, Sequence applied) {
  for (Held& held : group.answers) {
    if (held.result.code != WriteCode::stored && held.result.code != WriteCode::replayed) held.result.sequence = applied;
    held.done(std::move(held.result));
  }
  group.answers.clear();
}

void answer_failed(Group& group, LogError error, Sequence applied) {
  const bool unknown = error == LogError::unknown;
  std::string why(sentence_of(error));
  if (unknown) why += kRetryWithKey;
  const std::string others = unknown ? "a write before this one has no outcome yet, nothing was stored" : why;
  answer_all(group, unknown ? WriteCode::outcome_unknown : WriteCode::unavailable, why, others, applied);
}

void answer_not_applied(Group& group, std::string_view why, Sequence applied) {
  answer_all(group, WriteCode::outcome_unknown, "stored, but not yet applied: " + std::string(why) + std::string(kRetryWithKey),
             refused_by_trouble(why).why, applied);
}

void answer_partly(Group& group, const std::function<bool(const WriteResult&)>& is_stored, Sequence applied) {
  Group stored;
  Group others;
  for (Held& held : group.answers) {
    auto& into = held.result.code == WriteCode::stored && is_stored(held.result) ? stored : others;
    into.answers.push_back(std::move(held));
  }
  group.answers.clear();
  answer_stored(stored, applied);
  answer_failed(others, LogError::partly, applied);
}

bool speaks_of_the_present(WriteCode code) {
  return code == WriteCode::unchanged || code == WriteCode::would_store || code == WriteCode::refused;
}

void take_out_what_speaks_of_the_present(Group& group, std::vector<Held>& others) {
  const auto first = std::stable_partition(group.answers.begin(), group.answers.end(),
                                           [](const Held& held) { return !speaks_of_the_present(held.result.code); });
  std::move(first, group.answers.end(), std::back_inserter(others));
  group.answers.erase(first, group.answers.end());
}

void answer_unconfirmed(std::vector<Held>& answers, std::string_view why, Sequence applied) {
  for (Held& held : answers) {
    WriteResult result = held.may_be_stored_before ? in_doubt(why) : refused_by_trouble(why);
    result.sequence = applied;
    held.done(std::move(result));
  }
  answers.clear();
}

WriteResult refused(const Command& command, std::string_view why) {
  return may_be_stored_before(command) ? in_doubt("writes are not taken now: " + std::string(why)) : refused_by_trouble(why);
}

WriteResult refused_by_trouble(std::string_view why) {
  WriteResult result;
  result.code = WriteCode::unavailable;
  result.why = "writes are not taken now, nothing was stored: " + std::string(why);
  return result;
}

}  // namespace dialin::service
