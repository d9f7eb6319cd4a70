#include "infra/log/copied_walk.h"

#include <algorithm>
#include <span>
#include <utility>

#include "domain/event.h"

namespace dialin::log {
namespace {

/// Of one append to the copy. A move that begins with the last one makes it one more.
constexpr std::size_t kGroupRecords = 512;

/// No look at the next record is needed, which may be long in coming.
bool is_last(const Record& record, const std::optional<LogPoint>& point) {
  return point == LogPoint(record.sequence);
}

}  // namespace

RecordReader::Next CopiedWalk::next(Record& out) {
  if (given_ == filled_ && !fill()) return fault_.empty() ? Next::end : Next::fault;
  out = group_[given_++];
  tail_ = tail_of(out);
  return Next::record;
}

std::optional<std::int64_t> CopiedWalk::offset() const {
  if (!place_ || place_->segment.value != 0) return std::nullopt;
  return static_cast<std::int64_t>(place_->at);
}

bool CopiedWalk::is_short() const {
  const Sequence* wanted = to_ ? std::get_if<Sequence>(&*to_) : nullptr;
  return wanted != nullptr && tail_.sequence < *wanted;
}

/// False when there is no more: the end, or a fault.
bool CopiedWalk::fill() {
  group_.resize(kGroupRecords + 1);
  given_ = filled_ = 0;
  while (!ended_ && filled_ < kGroupRecords) {
    if (!take()) return false;
  }
  if (filled_ == 0) return false;
  const auto records = std::span(group_).first(filled_);
  if (const Errno error = copy_.append(records); error.failed())
    return fails("the copy of the log cannot be written: " + error.text(), true);
  for (const Record& record : records) note(record);
  if (told_) told_();
  return true;
}

/// One record, or the two of a move. False: a fault.
bool CopiedWalk::take() {
  const auto step = walk_.next(group_[filled_]);
  if (step == LogWalk::Step::fault) return fails(walk_.fault().text, walk_.fault().unreadable);
  ended_ = step == LogWalk::Step::end;
  if (ended_) return ends();
  const Record& first = group_[filled_];
  ended_ = to_ && is_beyond(first.sequence, first.time, *to_);
  if (ended_) return true;
  ended_ = is_last(first, to_);
  if (begins_move(first)) {
    const auto second = walk_.next(group_[filled_ + 1]);
    if (second == LogWalk::Step::fault) return fails(walk_.fault().text, walk_.fault().unreadable);
    // Its writer died, or is at it: the next opening completes it.
    ended_ = ended_ || second == LogWalk::Step::end || is_last(group_[filled_ + 1], to_);
    if (second == LogWalk::Step::end) return ends();
    ++filled_;
  }
  ++filled_;
  place_ = walk_.place();
  return true;
}

/// What is sound may still be less than there was.
bool CopiedWalk::ends() {
  const auto loss = walk_.loss();
  return loss ? fails(*loss, false) : true;
}

bool CopiedWalk::begins_move(const Record& record) const {
  if (record.type != record_type_of(EventName::deleted)) return false;
  const auto event = codec_.decode(record);
  return event && event->moved_to;  // what is no event is for the reader of this one to find
}

void CopiedWalk::note(const Record& record) {
  if (record.type != kLogOpened) return;
  opened_ = record.sequence;
  if (const auto opened = codec_.decode_opened(record)) copy_.set_term(std::max(copy_.term(), opened->term));
}

bool CopiedWalk::fails(std::string why, bool could_not) {
  fault_ = std::move(why);
  could_not_ = could_not;
  filled_ = 0;
  return false;
}

}  // namespace dialin::log
