#include "projections/last_step.h"

#include <exception>
#include <vector>

#include "projections/open_views.h"

namespace dialin::projections {
namespace {

/// Reads on to `goal`, or as far as a share goes; never only half of a move.
Result<std::vector<Entry>, NotRebuilt> read_share(const EventLog& log, const Codec& codec, const Tail& from, const Tail& goal) {
  std::vector<Entry> share;
  const auto is_enough = [&] {
    if (share.empty()) return false;
    if (share.back().record.sequence >= goal.sequence) return true;
    return share.size() >= LastStep::kShareRecords && !(share.back().event && share.back().event->moved_to);
  };
  const auto reader = log.read(from.sequence.next());
  while (!is_enough()) {
    Record record;
    const auto next = reader->next(record);
    if (next == RecordReader::Next::fault) return NotRebuilt{reader->fault()};
    if (next == RecordReader::Next::end) return NotRebuilt{"the log ends before record " + std::to_string(goal.sequence.value)};
    const std::string place = "record " + std::to_string(record.sequence.value);
    auto entry = entry_of(std::move(record), codec);
    if (!entry) return NotRebuilt{place + " is no event: " + std::string(entry.error().why)};
    share.push_back(std::move(*entry));
  }
  return share;
}

}  // namespace

NotRebuilt not_written(StoreError error) {
  const bool is_full = error == StoreError::no_space;
  return {is_full ? "the disk is full" : "they cannot be written", is_full};
}

LastStep::LastStep(SwitchedStore& serving, const EventLog& log, const Codec& codec, std::unique_ptr<ViewStore> store, Tail position)
    : serving_(serving), log_(log), codec_(codec), store_(std::move(store)), projector_(*store_, codec, position) {}

bool LastStep::step() {
  const std::lock_guard lock(mutex_);
  if (!store_) return true;
  try {
    const Tail goal = place_of(serving_).position;
    if (projector_.position() != goal) {
      if (const auto applied = apply_share(goal); !applied) why_not_ = applied.error();
    }
    if (why_not_.why.empty() && projector_.position() != goal) return false;
  } catch (const std::exception& error) {
    why_not_ = {error.what()};
  }
  if (why_not_.why.empty()) {
    serving_.switch_to(std::move(store_));
    is_done_ = true;
  }
  changed_.notify_all();
  return true;
}

Result<void, NotRebuilt> LastStep::apply_share(const Tail& goal) {
  const auto share = read_share(log_, codec_, projector_.position(), goal);
  if (!share) return share.error();
  if (const auto applied = projector_.apply(*share); !applied) return not_written(applied.error());
  return {};
}

Result<Ended, NotRebuilt> LastStep::wait(const std::stop_token& stop) {
  std::unique_ptr<ViewStore> given_up;  // closed without the lock: that takes a while, and the writer must not wait
  std::unique_lock lock(mutex_);
  changed_.wait(lock, stop, [&] { return is_done_ || !why_not_.why.empty(); });
  given_up = std::move(store_);
  lock.unlock();
  if (!why_not_.why.empty()) return why_not_;
  return is_done_ ? Ended::well : Ended::by_stop;
}

}  // namespace dialin::projections
