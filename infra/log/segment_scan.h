#pragma once
// Walks the frames of one segment from its head on and proves each: frame, record, hash, link, time. It trusts nothing but the head. Where
// the proof stops it can tell a torn tail from damage: see rest(). The base of opening, of verifying and of rebuilding an index. One
// thread.

#include <optional>
#include <string>

#include "infra/log/segment.h"
#include "infra/log/window.h"

namespace dialin::log {

class SegmentScan {
 public:
  explicit SegmentScan(OpenSegment segment);

  /// The next record of the chain is in `out`. False: what stands at offset() is none, and broken() says why; asking again reads it anew.
  bool next(Record& out);

  /// What is wrong at offset(), as a sentence; empty when nothing is written there.
  const std::string& broken() const { return broken_; }
  /// The file system failed: not the bytes are at fault.
  bool unreadable() const { return unreadable_; }
  /// The last record that was given, or the one before the segment.
  const Tail& tail() const { return tail_; }
  /// The last record that a frame proved so far says was durable, or the one before the segment. That of a copy (ChainFileOptions) is no
  /// later, but may be an earlier one.
  const Tail& durable() const { return durable_; }
  /// Behind the last frame that was proved.
  std::uint64_t offset() const { return offset_; }
  /// Of the frame of the record that next() gave.
  std::uint64_t record_offset() const { return record_offset_; }
  const SegmentHead& head() const { return segment_.head; }

  /// Whether nothing is written at offset() now.
  bool is_blank_here();

  /// What lies from offset() to the end of the file.
  struct Rest {
    bool blank = true;  ///< only zeros
    /// A frame there says that the record after tail() was durable, or the file was cut, and nobody knows of what: so what is broken is
    /// damage. Else it is what a crash leaves of writes that nobody was told of.
    bool is_damage = false;
    std::optional<std::uint64_t> cut_at;  ///< where the file ends, when its head says that it is longer
  };
  Result<Rest, Errno> rest();

 private:
  enum class Found : std::uint8_t { record, mark, nothing };
  Found read_frame(Record& out);
  Found breaks(std::string why);
  bool proves_more(std::string_view bytes, std::uint64_t file_end) const;

  OpenSegment segment_;
  Window window_;
  Tail tail_;
  Tail durable_;
  std::uint64_t offset_ = kSegmentHeadBytes;
  std::uint64_t record_offset_ = 0;
  std::string broken_;
  bool unreadable_ = false;
};

}  // namespace dialin::log
