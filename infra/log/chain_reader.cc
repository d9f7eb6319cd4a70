#include "infra/log/chain_reader.h"

#include <limits>
#include <utility>

#include "infra/log/frame.h"

namespace dialin::log {

ChainReader::ChainReader(const ChainIndex& index, Sequence from) : index_(index), next_(from) {
  if (from == Sequence{1}) tail_.emplace();
}

RecordReader::Next ChainReader::next(Record& out) {
  if (fault_) return Next::fault;
  if (next_ > fresh_ && !refresh()) return Next::end;
  if (!enter_place() || !read_frame(out)) return Next::fault;
  const Tail before = tail_.value_or(Tail{{next_.value - 1}, out.previous, {std::numeric_limits<std::int64_t>::min()}});
  const LinkCheck check = check_link(before, out);
  if (check.link == Link::stray) return fails("its previous id is not the id of the record before it");
  if (check.link == Link::poison) return fails(std::string(check.fault));
  tail_ = tail_of(out);
  next_ = next_.next();
  offset_ += frame_bytes_;
  return Next::record;
}

bool ChainReader::refresh() {
  fresh_ = index_.readable();
  if (next_ > fresh_) {
    if (window_) window_->release();
    return false;
  }
  // Bytes behind the last record that was complete when they were read may have been written since.
  if (window_) window_->forget();
  segment_end_ = index_.end_of(segment_);
  return true;
}

RecordReader::Next ChainReader::fails(std::string what, bool unreadable) {
  fault_ = Fault{next_, segment_name(segment_), offset_, std::move(what), unreadable};
  return Next::fault;
}

/// Finds the first record's place; later only steps over to the next segment when its turn comes.
bool ChainReader::enter_place() {
  if (window_ && next_ < segment_end_) return true;
  auto place = index_.place_of(next_);
  if (!place) {
    fault_ = std::move(place).error();
    return false;
  }
  segment_ = place->segment;
  segment_end_ = index_.end_of(segment_);
  offset_ = place->offset;
  window_.emplace(std::move(place->file));
  return true;
}

bool ChainReader::read_frame(Record& out) {
  const auto broken = [this](std::string what, bool unreadable = false) {
    fails(std::move(what), unreadable);
    return false;
  };
  for (;;) {
    auto bytes = window_->bytes(offset_, kFrameHeadBytes);
    if (!bytes) return broken("the segment cannot be read: " + bytes.error().text(), true);
    if (is_blank(*bytes)) return broken("it is missing: nothing is written here");
    const auto head = bytes->size() < kFrameHeadBytes ? std::nullopt : read_head(index_.log(), bytes->data());
    if (!head) return broken("the head of its frame does not match its check");
    if (head->length == 0) {
      offset_ += kFrameHeadBytes;
      continue;
    }
    bytes = window_->bytes(offset_ + kFrameHeadBytes, head->length);
    if (!bytes) return broken("the segment cannot be read: " + bytes.error().text(), true);
    if (bytes->size() < head->length || !decode_record(*bytes, out)) return broken("its fields do not fill its frame");
    frame_bytes_ = kFrameHeadBytes + head->length;
    return true;
  }
}

}  // namespace dialin::log
