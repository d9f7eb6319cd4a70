#pragma once
// Keeps nodes from leading while something else appends to their topic: holds what their election is about. A hint as any election: whoever
// appends must still look at what the chain has become. Any thread.

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "infra/log/kafka/election.h"

namespace dialin::log::kafka {

class HeldLead {
 public:
  /// Joins the group, and waits until it is elected: when another holds the lead, for as long as a dead one counts as alive. Fails when it
  /// still does. `waits` is called once when it takes longer than a moment, with the seconds that it may take.
  static Result<std::unique_ptr<HeldLead>, KafkaFailure> take(const Connection& connection, Telemetry& telemetry,
                                                              const std::function<void(std::chrono::seconds)>& waits);
  /// False: another may lead since.
  bool is_held() const { return held_; }

 private:
  std::atomic<bool> held_{false};
  std::atomic<bool> was_held_{false};
  std::mutex mutex_;
  std::string refused_;
  std::unique_ptr<Election> election_;  ///< goes first: it calls back
};

}  // namespace dialin::log::kafka
