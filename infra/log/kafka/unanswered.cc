#include "infra/log/kafka/unanswered.h"

#include <utility>

#include "domain/invariant.h"

namespace dialin::log::kafka {

void Unanswered::add(std::span<const Record> group, GroupAnswered answered) {
  Group added;
  added.ids.reserve(group.size());
  for (const Record& record : group) added.ids.push_back(record.id);
  added.tail = {{group.front().sequence.value - 1}, group.front().previous, {}};
  added.answered = std::move(answered);
  records_ += group.size();
  groups_.push_back(std::move(added));
}

std::vector<Unanswered::Settled> Unanswered::add_refused(const Tail& end, LogError error, GroupAnswered answered) {
  Group refused;
  refused.refused = error;
  refused.tail = end;
  refused.answered = std::move(answered);
  groups_.push_back(std::move(refused));
  std::vector<Settled> settled;
  settle_refused(settled);
  return settled;
}

void Unanswered::settle_refused(std::vector<Settled>& settled) {
  for (; !groups_.empty() && groups_.front().refused; groups_.pop_front()) {
    settled.push_back({std::move(groups_.front().answered), {groups_.front().tail, 0, groups_.front().refused}});
  }
}

std::vector<Unanswered::Settled> Unanswered::settle(const Record& joined) {
  std::vector<Settled> settled;
  if (groups_.empty()) return settled;
  Group& first = groups_.front();
  if (first.ids[first.stored] != joined.id) return give_up(LogError::unavailable);
  first.tail = tail_of(joined);
  --records_;
  if (++first.stored == first.ids.size()) {
    settled.push_back({std::move(first.answered), {first.tail, first.stored, std::nullopt}});
    groups_.pop_front();
    settle_refused(settled);
  }
  return settled;
}

std::vector<Unanswered::Settled> Unanswered::give_up(LogError error) {
  std::vector<Settled> settled;
  settled.reserve(groups_.size());
  for (Group& group : groups_) settled.push_back({std::move(group.answered), {group.tail, group.stored, group.refused.value_or(error)}});
  groups_.clear();
  records_ = 0;
  return settled;
}

}  // namespace dialin::log::kafka
