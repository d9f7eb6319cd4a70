#pragma once
// A walk over a log on a thread of its own, so that reading and hashing go on while what was read is decoded and looked at. (Decoding
// there, too, was slower: events that one thread makes and another frees cost more than is gained.) Like the walk itself, of one thread;
// what the walk says of itself at its end (strays, loss) is true only there.

#include <exception>
#include <memory>
#include <thread>
#include <vector>

#include "infra/log/log_walk.h"
#include "projections/hand_over.h"

namespace dialin::cli {

class WalkAhead : public log::LogWalk {
 public:
  static constexpr std::size_t kBatchRecords = 1024;
  static constexpr std::size_t kBatchBytes = 4u << 20;  ///< of values; a batch is cut at whatever comes first
  static constexpr std::size_t kBatchesMax = 4;

  /// Begins to read.
  explicit WalkAhead(std::unique_ptr<log::LogWalk> walk);
  ~WalkAhead() override;

  LogId log() const override { return walk_->log(); }
  /// `out` comes with memory of a record that was given before.
  Step next(Record& out) override;
  const Fault& fault() const override { return walk_->fault(); }
  log::Place place() const override { return here_.place; }
  const Tail& tail() const override { return here_.tail; }
  double share_read() const override { return batch_.share_read; }
  std::uint64_t strays() const override { return walk_->strays(); }
  std::optional<std::string> loss() const override { return walk_->loss(); }
  bool is_unfinished() const override { return walk_->is_unfinished(); }
  bool may_go_on() override { return walk_->may_go_on(); }

 private:
  struct Here {
    log::Place place;
    Tail tail;
  };
  struct Batch {
    std::vector<Record> records;
    std::vector<log::Place> places;
    std::size_t size = 0;  ///< more records than these may be there, for their memory
    double share_read = 0;
  };
  void run();
  void read_all();
  bool fill(Batch& batch);
  Step end();

  const std::unique_ptr<log::LogWalk> walk_;  ///< the thread's until it ends
  projections::HandOver<Batch> batches_{kBatchesMax};
  Step last_ = Step::record;  ///< written before the end is told, read after it
  std::exception_ptr thrown_;

  Batch batch_;
  std::size_t given_ = 0;  ///< of the batch
  Here here_;
  bool has_ended_ = false;
  std::thread thread_;
};

}  // namespace dialin::cli
