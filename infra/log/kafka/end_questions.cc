#include "infra/log/kafka/end_questions.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace dialin::log::kafka {

std::optional<EndQuestions::Question> EndQuestions::send() {
  if (under_way_ || next_.empty()) return std::nullopt;
  under_way_ = true;
  asked_.swap(next_);
  return Question{std::exchange(next_firmly_, false)};
}

std::vector<EndQuestions::Reached> EndQuestions::answered(std::optional<Offset> end) {
  under_way_ = false;
  std::vector<Reached> failed;
  for (Waiting& one : std::exchange(asked_, {})) {
    if (end) {
      waiting_[*end].push_back(std::move(one));
    } else {
      failed.push_back(std::move(one.reached));
    }
  }
  return failed;
}

std::vector<EndQuestions::Reached> EndQuestions::reached(Offset examined) {
  std::vector<Reached> told;
  while (!waiting_.empty() && waiting_.begin()->first <= examined) {
    for (Waiting& one : waiting_.begin()->second) told.push_back(std::move(one.reached));
    waiting_.erase(waiting_.begin());
  }
  return told;
}

std::vector<EndQuestions::Reached> EndQuestions::late(Time now) {
  std::vector<Reached> told;
  const auto take_late = [&](std::vector<Waiting>& from) {
    const auto late = std::stable_partition(from.begin(), from.end(), [now](const Waiting& one) { return one.until > now; });
    std::for_each(late, from.end(), [&told](Waiting& one) { told.push_back(std::move(one.reached)); });
    from.erase(late, from.end());
  };
  for (auto& [end, waiting] : waiting_) take_late(waiting);
  std::erase_if(waiting_, [](const auto& one) { return one.second.empty(); });
  take_late(asked_);
  take_late(next_);
  return told;
}

std::optional<Offset> EndQuestions::furthest() const {
  if (waiting_.empty()) return std::nullopt;
  return waiting_.rbegin()->first;
}

}  // namespace dialin::log::kafka
