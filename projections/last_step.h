#pragma once
// The last step of a rebuild beside the views that serve: the new ones are brought to the very record at which the others stand, and then
// take their place, so that no reader sees the difference. That can only happen on the thread that writes to the views, between two of its
// groups; a share at a time, each larger than a group, so that it comes to an end under any load.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "domain/codec.h"
#include "domain/event_log.h"
#include "projections/projector.h"
#include "projections/switched_store.h"

namespace dialin::projections {

/// Why new views did not come about: a part of a sentence.
struct NotRebuilt {
  std::string why;
  bool is_for_room = false;
};
NotRebuilt not_written(StoreError error);
enum class Ended : std::uint8_t { well, by_stop };

class LastStep {
 public:
  /// A group has at most kGroupRecordsMax records.
  static constexpr std::size_t kShareRecords = 2 * kGroupRecordsMax;

  /// `store` holds views that stand at `position`. All else must outlive the last step().
  LastStep(SwitchedStore& serving, const EventLog& log, const Codec& codec, std::unique_ptr<ViewStore> store, Tail position);

  /// Writer's thread, with nothing gathered. True when there is no more to do.
  bool step();

  /// Waits until the new views serve, or `stop` is asked for. Unless they do they are closed, and step() does nothing any more. Any thread,
  /// once.
  Result<Ended, NotRebuilt> wait(const std::stop_token& stop);

 private:
  Result<void, NotRebuilt> apply_share(const Tail& goal);

  SwitchedStore& serving_;
  const EventLog& log_;
  const Codec& codec_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::unique_ptr<ViewStore> store_;  ///< null: handed over, or given up
  Projector projector_;
  bool is_done_ = false;
  NotRebuilt why_not_;  ///< without a reason: nothing is wrong
};

}  // namespace dialin::projections
