#pragma once
// Drives the writer's core by hand: no threads, time stands still until the test moves it.

#include "api/service/stack.h"
#include "api/service/writer_core.h"

namespace dialin::test {

using service::WriteCode;
using service::WriteResult;

/// Keeps what it was told.
struct Remembering : service::AppliedObserver {
  std::vector<std::uint64_t> sequences;
  void applied(service::AppliedEntries entries) override {
    for (const auto& entry : *entries) sequences.push_back(entry.record.sequence.value);
  }
};

struct Driver {
  explicit Driver(Stack& under, service::WriterLimits limits = {})
      : stack(under),
        core(
            {stack.log, stack.store, stack.projector, stack.views, stack.codec, stack.clock, stack.telemetry}, {}, limits, {&observer},
            [this](service::WriterCore::Outcome outcome) { outcomes.push_back(outcome); },
            [this](service::WriterCore::Confirmation confirmation) { confirmations.push_back(confirmation); }) {}

  /// Gives the writes over and decides them all, as far as the core can; answers stand in `answers` by their order of submission.
  void write(std::vector<Command> commands);
  void step();
  /// Hands over what the log has answered.
  void settle();
  /// The log answers everything, and again until all is answered.
  void finish();
  /// One write, finished.
  WriteResult finished(Command command);
  bool is_answered(std::size_t submission) const { return answers.at(submission).has_value(); }
  WriteCode code(std::size_t submission) const { return answers.at(submission).value().code; }

  Stack& stack;
  Remembering observer;
  std::vector<service::WriterCore::Outcome> outcomes;
  std::vector<service::WriterCore::Confirmation> confirmations;
  service::WriterCore core;
  service::WriterCore::Time now{std::chrono::hours(1)};
  std::vector<std::optional<WriteResult>> answers;
  std::vector<std::size_t> answer_order;
};

}  // namespace dialin::test
