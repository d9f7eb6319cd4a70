#include "infra/log/kafka/end_questions.h"

#include <iterator>
#include <utility>

namespace dialin::log::kafka {
namespace {

void move_to(std::vector<EndQuestions::Reached>& from, std::vector<EndQuestions::Reached>& to) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  from.clear();
}

}  // namespace

std::optional<EndQuestions::Question> EndQuestions::send() {
  if (under_way_ || next_.empty()) return std::nullopt;
  under_way_ = true;
  asked_.swap(next_);
  return Question{std::exchange(next_firmly_, false)};
}

std::vector<EndQuestions::Reached> EndQuestions::answered(std::optional<Offset> end) {
  under_way_ = false;
  std::vector<Reached> failed;
  move_to(asked_, end ? waiting_[*end] : failed);
  return failed;
}

std::vector<EndQuestions::Reached> EndQuestions::reached(Offset examined) {
  std::vector<Reached> told;
  while (!waiting_.empty() && waiting_.begin()->first <= examined) {
    move_to(waiting_.begin()->second, told);
    waiting_.erase(waiting_.begin());
  }
  return told;
}

std::vector<EndQuestions::Reached> EndQuestions::all() {
  std::vector<Reached> told;
  for (auto& [end, reached] : waiting_) move_to(reached, told);
  waiting_.clear();
  move_to(asked_, told);
  move_to(next_, told);
  return told;
}

std::optional<Offset> EndQuestions::furthest() const {
  if (waiting_.empty()) return std::nullopt;
  return waiting_.rbegin()->first;
}

}  // namespace dialin::log::kafka
