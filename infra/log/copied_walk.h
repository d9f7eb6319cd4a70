#pragma once
// Reads a walk up to a point and keeps all of it in a chain file on the way, so that a log is read and proved once for its copy and for
// whoever else wants its records. A move is taken whole or not at all. One thread.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/codec.h"
#include "domain/event_log.h"
#include "domain/log_point.h"
#include "infra/log/chain_file.h"
#include "infra/log/log_walk.h"

namespace dialin::log {

class CopiedWalk : public RecordReader {
 public:
  /// `copy`: an empty chain of the same log. `to`: nothing is all that is there. All must outlive the reader.
  CopiedWalk(LogWalk& walk, ChainFile& copy, std::optional<LogPoint> to, const Codec& codec)
      : walk_(walk), copy_(copy), to_(to), codec_(codec) {}

  /// Told, now and then, that the walk went on. On the thread that reads.
  void on_progress(std::function<void()> told) { told_ = std::move(told); }

  Next next(Record& out) override;
  std::string fault() const override { return fault_; }

  // After the end, or a fault.

  /// The disk failed, or Kafka: nothing is said of the log.
  bool could_not() const { return could_not_; }
  /// The last record that was given; sequence 0: none.
  const Tail& tail() const { return tail_; }
  /// Of the last `opened` that was given; 0: none.
  Sequence opened() const { return opened_; }
  /// Where the record given last stands on its topic; nothing in a directory.
  std::optional<std::int64_t> offset() const;
  /// The walk ended before `to`, which is a sequence: the log is no longer than this, or ends within a move.
  bool is_short() const;

 private:
  bool fill();
  bool take();
  bool ends();
  bool begins_move(const Record& record) const;
  bool fails(std::string why, bool could_not);
  void note(const Record& record);

  LogWalk& walk_;
  ChainFile& copy_;
  const std::optional<LogPoint> to_;
  const Codec& codec_;
  std::function<void()> told_;
  std::vector<Record> group_;  ///< its records are used again, for their memory
  std::size_t filled_ = 0;
  std::size_t given_ = 0;
  bool ended_ = false;
  std::string fault_;
  bool could_not_ = false;
  Tail tail_;
  Sequence opened_;
  std::optional<Place> place_;
};

}  // namespace dialin::log
