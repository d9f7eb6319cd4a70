#pragma once
// Reads a chain in order while it is being written: every record up to what is durable, hash and link checked. Holds a block of memory only
// while it is reading; at the end it gives it back, so that many readers may wait for more.

#include <optional>
#include <string>

#include "infra/log/chain_index.h"
#include "infra/log/window.h"

namespace dialin::log {

class ChainReader : public RecordReader {
 public:
  /// The first record's previous id and time are taken as they are, unless it is record 1. `index` must outlive the reader.
  ChainReader(const ChainIndex& index, Sequence from);

  Next next(Record& out) override;
  std::string fault() const override { return fault_ ? fault_->text() : std::string(); }

 private:
  bool refresh();
  bool enter_place();
  bool read_frame(Record& out);
  Next fails(std::string what, bool unreadable = false);

  const ChainIndex& index_;
  Sequence next_;
  std::optional<Tail> tail_;  ///< the record given last; nothing before the first, when that is not record 1
  Sequence fresh_;            ///< what the window holds is complete up to this record
  Sequence segment_;          ///< its first record; 0: none entered yet
  Sequence segment_end_;      ///< the first record of the segment behind it, as far as that is known
  std::optional<Window> window_;
  std::uint64_t offset_ = 0;     ///< of the frame to be read
  std::size_t frame_bytes_ = 0;  ///< of the one just read
  std::optional<Fault> fault_;
};

}  // namespace dialin::log
