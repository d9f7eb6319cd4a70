#pragma once
// What stands in one append: the records, the events that they carry, and the answers that wait for it. Made by the decider, owned by the
// writer's core until the log has answered.

#include <chrono>
#include <memory>
#include <vector>

#include "api/service/write_result.h"
#include "api/service/writer.h"

namespace dialin::service {

/// A write that waits to be decided.
struct Asked {
  Command command;
  Writer::Done done;
};

/// An answer that waits until all that it was decided on is committed.
struct Held {
  Writer::Done done;
  WriteResult result;  ///< given when everything goes well
  /// It has an Idempotency-Key and the log is shared: another node that leads may have stored it when it was asked before.
  bool may_be_stored_before = false;
};

struct Group {
  std::vector<Record> records;
  /// In step with `records`; holds the events while the records are with the log. Reserved beforehand: the overlay points at the events.
  std::shared_ptr<std::vector<projections::Entry>> entries;
  std::vector<Held> answers;  ///< in order of submission
  std::chrono::steady_clock::time_point appended{};
};

}  // namespace dialin::service
