#include "api/cli/audit/walk_ahead.h"

#include <utility>

namespace dialin::cli {

WalkAhead::WalkAhead(std::unique_ptr<log::LogWalk> walk)
    : walk_(std::move(walk)), here_{walk_->place(), walk_->tail()}, thread_(&WalkAhead::run, this) {}

WalkAhead::~WalkAhead() {
  batches_.stop();
  thread_.join();
}

log::LogWalk::Step WalkAhead::next(Record& out) {
  if (given_ == batch_.size && !has_ended_) {
    if (batch_.size > 0) batches_.give_back(std::move(batch_));
    batch_ = {};
    given_ = 0;
    auto batch = batches_.take();
    if (!batch) return end();
    batch_ = std::move(*batch);
  }
  if (has_ended_) {
    const Step step = walk_->next(out);
    here_ = {walk_->place(), walk_->tail()};
    return step;
  }
  Record& record = batch_.records[given_];
  here_ = {batch_.places[given_], tail_of(record)};
  std::swap(out, record);
  ++given_;
  return Step::record;
}

/// The thread has come to the end, or to what it cannot pass. What comes later is read right here.
log::LogWalk::Step WalkAhead::end() {
  has_ended_ = true;
  batch_.share_read = walk_->share_read();
  here_ = {walk_->place(), walk_->tail()};
  if (thrown_) std::rethrow_exception(thrown_);
  return last_;
}

void WalkAhead::run() {
  try {
    read_all();
  } catch (...) {
    thrown_ = std::current_exception();
  }
  batches_.end();
}

void WalkAhead::read_all() {
  bool goes_on = true;
  while (goes_on) {
    Batch batch = batches_.spare();
    goes_on = fill(batch);
    if (batch.size > 0 && !batches_.put(std::move(batch))) return;
  }
}

/// False: nothing comes behind it.
bool WalkAhead::fill(Batch& batch) {
  std::size_t bytes = 0;
  batch.places.clear();
  for (batch.size = 0; batch.size < kBatchRecords && bytes < kBatchBytes; ++batch.size) {
    if (batch.records.size() == batch.size) batch.records.emplace_back();
    Record& record = batch.records[batch.size];
    last_ = walk_->next(record);
    if (last_ != Step::record) break;
    bytes += record.value.size();
    batch.places.push_back(walk_->place());
  }
  batch.share_read = walk_->share_read();
  return last_ == Step::record;
}

}  // namespace dialin::cli
