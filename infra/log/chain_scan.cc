#include "infra/log/chain_scan.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace dialin::log {

Result<ChainScan, Fault> ChainScan::begin(FileLayer& files, std::string dir, From from) {
  return begin(files, std::move(dir), from == From::first ? Sequence{1} : Sequence{~0ULL});
}

Result<ChainScan, Fault> ChainScan::begin(FileLayer& files, std::string dir, Sequence from) {
  auto firsts = list_segments(files, dir);
  if (!firsts) return Fault{{1}, dir, 0, "the directory cannot be read: " + firsts.error().text(), true};
  if (firsts->empty()) return Fault{{1}, segment_name({1}), 0, "there is no segment in " + dir, true};
  if (firsts->front() != Sequence{1}) return Fault{{1}, segment_name({1}), 0, "the first segment is missing"};
  ChainScan scan(files, std::move(dir), std::move(*firsts));
  const auto behind = std::upper_bound(scan.firsts_.begin(), scan.firsts_.end(), std::max(from, Sequence{1}));
  if (auto fault = scan.enter(*std::prev(behind))) return std::move(*fault);
  return scan;
}

std::optional<Fault> ChainScan::enter(Sequence first) {
  auto opened = open_segment(files_, dir_, first);
  if (!opened) return std::move(opened).error();
  const char* wrong = nullptr;
  if (scan_ && opened->head.log != scan_->head().log) wrong = "the segment is of another log";
  if (scan_ && opened->head.before() != scan_->tail()) wrong = "the segment's head does not continue the segment before";
  if (wrong != nullptr) return Fault{first, segment_name(first), 0, wrong};
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

ChainScan::Step ChainScan::fails_cut(std::uint64_t cut_at) {
  return fails({tail().sequence.next(), segment_name(scan_->head().first), scan_->offset(),
                "the file was cut: it has " + std::to_string(cut_at) + " bytes of " + std::to_string(scan_->head().bytes) +
                    ", and what stood behind is unknown"});
}

ChainScan::Step ChainScan::cannot_read(Errno error) {
  return fails(
      {tail().sequence.next(), segment_name(scan_->head().first), scan_->offset(), "the segment cannot be read: " + error.text(), true});
}

bool ChainScan::may_go_on() {
  const Sequence wanted = tail().sequence.next();
  return !scan_->is_blank_here() || (wanted != scan_->head().first && is_there(wanted));
}

bool ChainScan::is_there(Sequence first) const {
  return files_.open(path_in(dir_, segment_name(first)), FileLayer::Mode::read).has_value();
}

// A server may be writing what is read: a place that looks broken or blank may be whole a moment later, and the record that is not found
// may stand in a segment begun since. So whatever shows that the next record must be there (the next segment, a later one, a mark) is
// looked for first, and the place is read once more after that; only then it is judged.
ChainScan::Step ChainScan::next(Record& out) {
  unfinished_ = false;
  if (failed_) return Step::fault;
  for (;;) {
    if (scan_->next(out)) return Step::record;
    if (scan_->unreadable()) return fails_here();
    const Sequence wanted = tail().sequence.next();
    if (wanted != scan_->head().first && is_there(wanted)) {
      if (const auto step = leave_segment()) return *step;
      continue;
    }
    const auto firsts = list_segments(files_, dir_);
    if (!firsts) return cannot_read(firsts.error());
    const auto rest = scan_->rest();
    if (!rest) return cannot_read(rest.error());
    const bool is_last = firsts->empty() || firsts->back() <= scan_->head().first;
    if (is_last && !rest->is_damage) {
      unfinished_ = !rest->blank;
      return Step::end;
    }
    if (scan_->next(out)) return Step::record;
    if (is_there(wanted) && wanted != scan_->head().first) continue;
    return rest->cut_at ? fails_cut(*rest->cut_at) : fails_here();
  }
}

/// The next segment, which begins with the record that is due, was found: so this one is complete.
std::optional<ChainScan::Step> ChainScan::leave_segment() {
  // A last mark may have been written since it was read.
  Record none;
  const bool record = scan_->next(none);
  const auto rest = scan_->rest();
  if (!rest) return cannot_read(rest.error());
  if (record || !rest->blank) {
    return fails({tail().sequence.next(), segment_name(scan_->head().first), scan_->offset(), "bytes that are no frame stand before it"});
  }
  if (auto fault = enter(tail().sequence.next())) return fails(std::move(*fault));
  return std::nullopt;
}

}  // namespace dialin::log
