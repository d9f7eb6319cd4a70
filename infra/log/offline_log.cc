#include "infra/log/offline_log.h"

#include <utility>
#include <vector>

#include "infra/log/chain_reader.h"
#include "infra/log/chain_scan.h"

namespace dialin::log {
namespace {

class StandingLog : public OfflineLog {
 public:
  explicit StandingLog(std::unique_ptr<ChainIndex> index) : index_(std::move(index)) {}

  LogId id() const override { return index_->log(); }
  Tail tail() const override { return index_->tail(); }
  Tail end() const override { return index_->tail(); }
  void append(std::vector<Record>&, Appended done) override { done(LogError::unavailable); }
  bool leads() const override { return false; }
  std::unique_ptr<RecordReader> read(Sequence from) const override { return std::make_unique<ChainReader>(*index_, from); }
  Result<Record, LogError> at(Sequence sequence) const override { return index_->at(sequence); }
  void confirm_end(Confirmed done) const override { done(index_->readable()); }

 private:
  std::unique_ptr<ChainIndex> index_;
};

}  // namespace

Result<std::unique_ptr<OfflineLog>, OpenFailure> OfflineLog::open(FileLayer& files, const std::string& dir) {
  auto scan = ChainScan::begin(files, dir, ChainScan::From::last);
  if (!scan) return open_failure(scan.error());
  Sequence segment = scan->segments().back();
  auto index = std::make_unique<ChainIndex>(files, ChainIndex::Access::read, dir, scan->segment().head().log, scan->segments());
  Record record;
  ChainScan::Step step;
  while ((step = scan->next(record)) == ChainScan::Step::record) {
    // A server that is at work may begin another one meanwhile.
    if (const Sequence now = scan->segment().head().first; now != segment) index->begin_segment(segment = now);
    index->add(std::vector{static_cast<std::uint32_t>(scan->segment().record_offset())});
  }
  if (step == ChainScan::Step::fault) return open_failure(scan->fault());
  index->publish(scan->tail());
  return std::make_unique<StandingLog>(std::move(index));
}

}  // namespace dialin::log
