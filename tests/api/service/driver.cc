#include "api/service/driver.h"

#include <utility>

namespace dialin::test {

void Driver::write(std::vector<Command> commands) {
  std::vector<service::Asked> asked;
  for (Command& command : commands) {
    const std::size_t submission = answers.size();
    answers.emplace_back();
    asked.push_back({std::move(command), [this, submission](WriteResult result) {
                       EXPECT_FALSE(answers[submission]) << "answered twice";
                       answers[submission] = std::move(result);
                       answer_order.push_back(submission);
                     }});
  }
  core.submit(asked);
  step();
}

void Driver::step() {
  while (core.can_step() && core.step(now) > 0) settle();
}

void Driver::settle() {
  std::vector<service::WriterCore::Outcome> taken;
  taken.swap(outcomes);
  for (const auto& outcome : taken) core.completed(outcome, now);
  for (const auto& confirmation : std::exchange(confirmations, {})) core.confirmed(confirmation);
}

void Driver::finish() {
  while (!core.is_idle()) {
    stack.log.answer_all();
    settle();
    step();
  }
}

WriteResult Driver::finished(Command command) {
  write({std::move(command)});
  finish();
  return answers.back().value();
}

}  // namespace dialin::test
