#pragma once
// Where in the chain file a sequence stands, and how far the chain may be read. The offsets of the segment being written are in memory;
// those of the others in a file beside each (`.index`, 32 bits a record) that is never trusted: what it points at is checked, and it is
// made anew by scanning when it is missing, short or wrong. One thread, the chain file's, tells it what was written; any thread asks.

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/event_log.h"
#include "infra/log/open_files.h"
#include "infra/log/segment.h"

namespace dialin::log {

class ChainIndex {
 public:
  enum class Access : std::uint8_t {
    read,        ///< leaves the directory as it is
    read_write,  ///< keeps the index files
  };
  /// `firsts`: of the segments that are there, ascending; the last of them is the one being written, still without records.
  ChainIndex(FileLayer& files, Access access, std::string dir, LogId log, std::vector<Sequence> firsts);

  /// A segment was begun. The one before is complete: its offsets go to its file.
  void begin_segment(Sequence first);
  /// Records were written behind all others of the last segment. Readers see none of them before publish().
  void add(std::span<const std::uint32_t> offsets);
  /// The chain may be read up to here.
  void publish(const Tail& tail);

  const LogId& log() const { return log_; }
  Tail tail() const;
  /// tail().sequence, without waiting for anybody.
  Sequence readable() const { return {readable_.load(std::memory_order_acquire)}; }

  /// A frame and where it stands.
  struct Place {
    Sequence segment;  ///< first sequence of the segment
    std::shared_ptr<const File> file;
    std::uint64_t offset = 0;
  };
  /// Of the record `sequence`, which must be readable. What stands there begins as its frame; the rest of it is unproved.
  Result<Place, Fault> place_of(Sequence sequence) const;
  /// not_found, poison, or unavailable when the disk cannot be read.
  Result<Record, LogError> at(Sequence sequence) const;
  /// First sequence of the segment behind `segment`; of the last one, a sequence that no record will reach.
  Sequence end_of(Sequence segment) const;

 private:
  Sequence segment_of(Sequence sequence) const;
  std::optional<std::uint32_t> offset_in_memory(Sequence sequence) const;
  std::optional<std::uint32_t> offset_in_file(Sequence segment, Sequence sequence) const;
  Result<std::uint32_t, Fault> offset_by_scan(Sequence segment, Sequence sequence) const;
  bool begins(const File& file, std::uint64_t offset, Sequence sequence) const;
  void write_index(Sequence segment, const std::vector<std::uint32_t>& offsets) const;

  FileLayer& files_;
  const Access access_;
  const std::string dir_;
  const LogId log_;
  mutable OpenFiles open_;

  mutable std::mutex mutex_;
  std::vector<Sequence> firsts_;
  std::vector<std::uint32_t> offsets_;  ///< of the last segment
  Tail tail_;
  std::atomic<std::uint64_t> readable_{0};

  /// One scan at a time; its result is kept, for when the disk is too full to hold it.
  mutable std::mutex scan_mutex_;
  mutable Sequence scanned_;
  mutable std::vector<std::uint32_t> scanned_offsets_;
};

}  // namespace dialin::log
