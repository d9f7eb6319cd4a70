#pragma once
// Reads a chain from a directory, without a lock and without writing: beside a running server or without one. Every byte that counts is
// proved (segment_scan.h), and segments must follow each other. What `dialin verify` and every opening stand on. One thread.

#include <optional>
#include <string>
#include <vector>

#include "infra/log/segment_scan.h"

namespace dialin::log {

class ChainScan {
 public:
  enum class From : std::uint8_t {
    first,  ///< the whole chain
    last,   ///< only the last segment, taking its head's word for what is before
  };
  enum class Step : std::uint8_t {
    record,  ///< the next one is in `out`
    end,     ///< all that is on the disk was read. A running server may write more: ask again
    fault,   ///< fault() says what is wrong; final
  };

  /// Fails when there is no segment, or the one to begin with has a wrong head.
  static Result<ChainScan, Fault> begin(FileLayer& files, std::string dir, From from);
  /// Begins with the segment in which `from` stands, or would, taking its head's word for what is before.
  static Result<ChainScan, Fault> begin(FileLayer& files, std::string dir, Sequence from);

  Step next(Record& out);

  /// After Step::end: false when nothing stands behind what was read, for certain. One small read.
  bool may_go_on();

  const Fault& fault() const { return fault_; }
  /// First sequences of the segments that were there when the scan began.
  const std::vector<Sequence>& segments() const { return firsts_; }
  /// Of the segment that the last record was found in.
  const SegmentScan& segment() const { return *scan_; }
  const Tail& tail() const { return scan_->tail(); }
  /// The last record that what was read says was durable (SegmentScan).
  const Tail& durable() const { return scan_->durable(); }
  /// After Step::end: are there bytes behind the last record that are neither record nor mark? A write that is under way, or was when the
  /// server died.
  bool unfinished() const { return unfinished_; }

 private:
  ChainScan(FileLayer& files, std::string dir, std::vector<Sequence> firsts)
      : files_(files), dir_(std::move(dir)), firsts_(std::move(firsts)) {}

  std::optional<Fault> enter(Sequence first);
  Step fails(Fault fault);
  Step fails_here();
  Step fails_cut(std::uint64_t cut_at);
  Step cannot_read(Errno error);
  bool is_there(Sequence first) const;
  std::optional<Step> leave_segment();

  FileLayer& files_;
  std::string dir_;
  std::vector<Sequence> firsts_;
  std::optional<SegmentScan> scan_;
  Fault fault_;
  bool failed_ = false;
  bool unfinished_ = false;
};

}  // namespace dialin::log
