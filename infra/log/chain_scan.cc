#include "infra/log/chain_scan.h"

#include <utility>

namespace dialin::log {

Result<ChainScan, Fault> ChainScan::begin(FileLayer& files, std::string dir, From from) {
  auto firsts = list_segments(files, dir);
  if (!firsts) return Fault{{1}, dir, 0, "the directory cannot be read: " + firsts.error().text(), true};
  if (firsts->empty()) return Fault{{1}, segment_name({1}), 0, "there is no segment in " + dir, true};
  if (firsts->front() != Sequence{1}) return Fault{{1}, segment_name({1}), 0, "the first segment is missing"};
  ChainScan scan(files, std::move(dir), std::move(*firsts));
  if (auto fault = scan.enter(from == From::first ? 0 : scan.firsts_.size() - 1)) return std::move(*fault);
  return scan;
}

std::optional<Fault> ChainScan::enter(std::size_t segment) {
  auto opened = open_segment(files_, dir_, firsts_[segment]);
  if (!opened) return std::move(opened).error();
  if (scan_) {
    const SegmentHead& before = scan_->head();
    const SegmentHead& head = opened->head;
    const Fault fault{head.first, segment_name(head.first), 0, {}};
    if (head.log != before.log) return Fault{fault.sequence, fault.file, 0, "the segment is of another log"};
    if (head.before() != scan_->tail())
      return Fault{fault.sequence, fault.file, 0, "the segment's head does not continue the segment before"};
  }
  at_ = segment;
  scan_.emplace(std::move(*opened));
  return std::nullopt;
}

ChainScan::Step ChainScan::fails(Fault fault) {
  fault_ = std::move(fault);
  failed_ = true;
  return Step::fault;
}

ChainScan::Step ChainScan::fails_here() {
  const bool blank = scan_->broken().empty();
  return fails({tail().sequence.next(), segment_name(scan_->head().first), scan_->offset(),
                blank ? "it is missing: nothing is written here" : scan_->broken(), scan_->unreadable()});
}

bool ChainScan::list_again() {
  auto firsts = list_segments(files_, dir_);
  if (!firsts || firsts->size() <= firsts_.size()) return false;
  firsts_ = std::move(*firsts);
  return true;
}

ChainScan::Step ChainScan::next(Record& out) {
  unfinished_ = false;
  bool looked_again = false;
  while (!failed_) {
    if (scan_->next(out)) return Step::record;
    if (scan_->unreadable()) return fails_here();
    if (!is_last()) {
      if (const auto step = leave_segment()) return *step;
      continue;
    }
    // What was read while a server wrote it may look broken or blank and be whole a moment later: nothing is judged at first sight.
    if (list_again()) continue;
    const auto rest = scan_->rest();
    if (!rest)
      return fails({tail().sequence.next(), segment_name(scan_->head().first), scan_->offset(),
                    "the segment cannot be read: " + rest.error().text(), true});
    if (!rest->was_synced) {
      unfinished_ = !rest->blank;
      return Step::end;
    }
    if (looked_again) return fails_here();
    looked_again = true;
  }
  return Step::fault;
}

std::optional<ChainScan::Step> ChainScan::leave_segment() {
  // It was complete before the next one was begun, and was read after that was seen: what is broken now is damage.
  const Sequence next_first = firsts_[at_ + 1];
  if (tail().sequence.next() != next_first) return fails_here();
  const auto rest = scan_->rest();
  if (!rest || !rest->blank) {
    const std::string what = rest ? "bytes that are no frame stand before it" : "the segment cannot be read: " + rest.error().text();
    return fails({next_first, segment_name(scan_->head().first), scan_->offset(), what, !rest});
  }
  if (auto fault = enter(at_ + 1)) return fails(std::move(*fault));
  return std::nullopt;
}

}  // namespace dialin::log
