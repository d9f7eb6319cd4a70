#include "infra/log/segment_scan.h"

#include <algorithm>
#include <utility>

#include "infra/log/frame.h"
#include "infra/log/little_endian.h"

namespace dialin::log {

SegmentScan::SegmentScan(OpenSegment segment)
    : segment_(std::move(segment)), window_(segment_.file), tail_(segment_.head.before()), durable_(tail_) {}

bool SegmentScan::next(Record& out) {
  // A running server may have written on since the last look.
  if (!broken_.empty()) window_.forget();
  for (;;) {
    const Found found = read_frame(out);
    if (found != Found::mark) return found == Found::record;
  }
}

bool SegmentScan::is_blank_here() {
  window_.forget();
  const auto bytes = window_.bytes(offset_, kFrameHeadBytes);
  const bool is_it = bytes && is_blank(*bytes);
  window_.forget();
  return is_it;
}

SegmentScan::Found SegmentScan::breaks(std::string why) {
  broken_ = std::move(why);
  return Found::nothing;
}

SegmentScan::Found SegmentScan::read_frame(Record& out) {
  broken_.clear();
  unreadable_ = false;
  const auto cannot_read = [&](Errno error) {
    unreadable_ = true;
    return breaks("the segment cannot be read: " + error.text());
  };
  auto bytes = window_.bytes(offset_, kFrameHeadBytes);
  if (!bytes) return cannot_read(bytes.error());
  if (is_blank(*bytes)) {
    window_.forget();
    return Found::nothing;
  }
  if (bytes->size() < kFrameHeadBytes) return breaks("the file ends within the head of a frame");
  const auto frame = read_head(segment_.head.log, bytes->data());
  if (!frame) return breaks("the head of its frame does not match its check");
  if (frame->synced > tail_.sequence)
    return breaks("its frame says that record " + std::to_string(frame->synced.value) + " was durable before");
  // A group's frames all name the record before the group, so the first of them does so when that was the last to be proved. In a copy they
  // name an earlier one, until a mark names the last.
  if (frame->synced == tail_.sequence) durable_ = tail_;
  if (frame->length == 0) {
    offset_ += kFrameHeadBytes;
    return Found::mark;
  }
  bytes = window_.bytes(offset_ + kFrameHeadBytes, frame->length);
  if (!bytes) return cannot_read(bytes.error());
  if (bytes->size() < frame->length) return breaks("the file ends within it");
  if (!decode_record(*bytes, out)) return breaks("its fields do not fill its frame");
  const LinkCheck check = check_link(tail_, out);
  if (check.link == Link::poison) return breaks(std::string(check.fault));
  if (check.link == Link::stray) return breaks("its previous id is not the id of the record before it");
  record_offset_ = offset_;
  offset_ += kFrameHeadBytes + frame->length;
  tail_ = tail_of(out);
  return Found::record;
}

Result<SegmentScan::Rest, Errno> SegmentScan::rest() {
  const auto file_end = segment_.file->size();
  if (!file_end) return file_end.error();
  Rest rest;
  if (*file_end < segment_.head.bytes) {
    rest.is_damage = true;
    rest.cut_at = *file_end;
  }
  // Frames lie at any byte, so blocks overlap by the head of one less a byte.
  constexpr std::size_t kBlock = Window::kBlockBytesMax;
  window_.release();
  for (std::uint64_t at = offset_; at < *file_end; at += kBlock - (kFrameHeadBytes - 1)) {
    const auto bytes = window_.bytes(at, static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, *file_end - at)));
    if (!bytes) return bytes.error();
    if (is_blank(*bytes)) continue;
    rest.blank = false;
    if (proves_more(*bytes, *file_end)) rest.is_damage = true;
    if (rest.is_damage) break;
  }
  window_.forget();
  return rest;
}

bool SegmentScan::proves_more(std::string_view bytes, std::uint64_t file_end) const {
  const std::uint64_t wanted = tail_.sequence.value + 1;
  const std::uint64_t most = wanted + (file_end - offset_) / kRecordBytesMin;
  for (std::size_t at = 0; at + kFrameHeadBytes <= bytes.size(); ++at) {
    // The range lets one of many billions of places through to the check, which costs a hash.
    const auto synced = get<std::uint64_t>(bytes.data() + at + 12);
    if (synced < wanted || synced > most) continue;
    if (read_head(segment_.head.log, bytes.data() + at)) return true;
  }
  return false;
}

}  // namespace dialin::log
