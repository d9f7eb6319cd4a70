#pragma once
// Segments: the files that a chain is cut into. Names, the head that each begins with, and where to find them. Format: docs/log_format.md.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "domain/chain.h"
#include "infra/log/fault.h"
#include "infra/log/file_layer.h"

namespace dialin::log {

constexpr std::size_t kSegmentHeadBytes = 128;
/// A first segment is no longer than this, so that a small log stays small; each next one is twice as long, up to the length configured.
constexpr std::size_t kFirstSegmentBytes = 4 * 1024 * 1024;
/// Offsets in the index have 32 bits.
constexpr std::size_t kSegmentBytesMax = 0xFFFF'FFFF;

struct SegmentHead {
  LogId log;
  Sequence first;           ///< of the first record in it
  RecordId previous;        ///< the id of the record before that
  Instant previous_time;    ///< its time; 0 before the first record of all
  std::uint64_t term = 0;   ///< the last one opened in the segments before
  std::uint64_t bytes = 0;  ///< length of the file, which it has from its beginning: a shorter one was cut

  /// Where the chain stands at its beginning.
  Tail before() const { return {{first.value - 1}, previous, previous_time}; }
  std::string encode() const;
  /// `bytes`: the first kSegmentHeadBytes of a file. The failure is what is wrong, static text.
  static Result<SegmentHead, std::string_view> decode(std::string_view bytes);
  friend bool operator==(const SegmentHead&, const SegmentHead&) = default;
};

/// `00000000000000000001.segment`, so that a listing is in order.
std::string segment_name(Sequence first);
std::string index_name(Sequence first);
std::string path_in(const std::string& dir, const std::string& name);

/// First sequences of the segments in `dir`, ascending, without a hole even while a server begins new ones. Other files are passed over.
Result<std::vector<Sequence>, Errno> list_segments(FileLayer& files, const std::string& dir);

struct OpenSegment {
  std::shared_ptr<const File> file;
  SegmentHead head;
};
/// Opens for reading; the head is checked, also against the name.
Result<OpenSegment, Fault> open_segment(FileLayer& files, const std::string& dir, Sequence first);

}  // namespace dialin::log
