#include "api/cli/copying/rule_check.h"

#include <utility>

namespace dialin::cli {

std::string RuleCheck::add(const Record& record, const std::optional<Event>& event) {
  if (const auto expected = std::exchange(successor_, std::nullopt)) {
    const bool follows = event && event->name == EventName::created && event->config_id == *expected;
    if (!follows) {
      return "record " + std::to_string(record.sequence.value) + " breaks a rule: it is not the creation that the move before it announces";
    }
  }
  projections::Entry entry;
  entry.record.sequence = record.sequence;
  entry.event = event;
  // Each half alone: the chain may end between them.
  if (event && event->moved_to) {
    successor_ = event->moved_to->config_id;
    entry.event->moved_to.reset();
  }
  return check_.take(std::span(&entry, 1)).fault;
}

}  // namespace dialin::cli
