#include "infra/log/log_walk.h"

#include <algorithm>
#include <utility>

#include "infra/log/chain_scan.h"
#include "infra/log/frame.h"

namespace dialin::log {
namespace {

/// How much of the segment is written, by its size: it is zero-filled ahead, and no record holds so many zeros. Some twenty small reads.
double share_written(FileLayer& files, const std::string& dir, Sequence segment) {
  constexpr std::uint64_t kBlock = 4096;
  const auto opened = open_segment(files, dir, segment);
  if (!opened) return 1;  // whoever reads it says why
  std::uint64_t written = 0;
  std::uint64_t blank = opened->head.bytes;
  std::string block(kBlock, 0);
  while (blank - written > kBlock) {
    const std::uint64_t middle = written + (blank - written) / 2;
    const auto got = opened->file->read(block.data(), kBlock, middle);
    const bool is_it = !got || is_blank(std::string_view(block.data(), *got));
    (is_it ? blank : written) = middle;
  }
  return static_cast<double>(blank) / static_cast<double>(opened->head.bytes);
}

class DirectoryWalk : public LogWalk {
 public:
  DirectoryWalk(ChainScan scan, Sequence after, std::optional<Sequence> last, double last_written)
      : scan_(std::move(scan)),
        after_(after),
        last_(last),
        segments_written_(static_cast<double>(scan_.segments().size()) - 1 + last_written) {
    begun_at_ = segments_read();
    begun_behind_ = scan_.tail().sequence;
  }

  LogId log() const override { return scan_.segment().head().log; }
  Step next(Record& out) override;
  const Fault& fault() const override { return fault_; }
  Place place() const override { return last_given_ ? last_given_->place : here(); }
  const Tail& tail() const override { return last_given_ ? last_given_->tail : scan_.tail(); }
  double share_read() const override;
  bool is_unfinished() const override { return scan_.unfinished(); }
  bool may_go_on() override { return !last_given_ && scan_.may_go_on(); }

 private:
  struct Given {
    Place place;
    Tail tail;
  };
  Step read(Record& out);
  Step fails(const log::Fault& fault);
  double segments_read() const;
  Place here() const { return {scan_.segment().head().first, byte()}; }
  std::uint64_t byte() const { return scan_.segment().record_offset(); }

  ChainScan scan_;
  const Sequence after_;
  const std::optional<Sequence> last_;
  std::optional<Given> last_given_;  ///< once a record behind `last_` was met: what was given before it
  const double segments_written_;
  double begun_at_ = 0;  ///< segments
  Sequence begun_behind_;
  Fault fault_;
};

LogWalk::Step DirectoryWalk::next(Record& out) {
  Step step = Step::record;
  do step = read(out);
  while (step == Step::record && out.sequence <= after_);
  return step;
}

LogWalk::Step DirectoryWalk::read(Record& out) {
  if (!fault_.text.empty()) return Step::fault;
  if (last_given_) return Step::end;
  const Given given{here(), scan_.tail()};
  const ChainScan::Step step = scan_.next(out);
  if (step == ChainScan::Step::end) return Step::end;
  if (step == ChainScan::Step::fault) return fails(scan_.fault());
  if (last_ && out.sequence > *last_) {
    last_given_ = given;
    return Step::end;
  }
  if ((out.type == kLogCreated) == (out.sequence == Sequence{1})) return Step::record;
  return fails({out.sequence, segment_name(scan_.segment().head().first), byte(), "only the first record founds the log, and it must"});
}

LogWalk::Step DirectoryWalk::fails(const log::Fault& fault) {
  fault_ = {fault.text(), fault.unreadable, fault.sequence, fault.file + ", byte " + std::to_string(fault.offset), fault.what};
  return Step::fault;
}

/// But for the first ones they are of one length.
double DirectoryWalk::segments_read() const {
  const auto& firsts = scan_.segments();
  const auto here = std::upper_bound(firsts.begin(), firsts.end(), scan_.segment().head().first) - firsts.begin() - 1;
  return static_cast<double>(here) + static_cast<double>(scan_.segment().offset()) / static_cast<double>(scan_.segment().head().bytes);
}

double DirectoryWalk::share_read() const {
  if (last_ && begun_behind_ < *last_) {
    const std::uint64_t read = scan_.tail().sequence.value - begun_behind_.value;
    return std::min(1.0, static_cast<double>(read) / static_cast<double>(last_->value - begun_behind_.value));
  }
  const double to_read = segments_written_ - begun_at_;
  return to_read <= 0 ? 1 : std::min(1.0, (segments_read() - begun_at_) / to_read);
}

}  // namespace

std::string Place::text() const {
  return segment.value == 0 ? "offset " + std::to_string(at) : segment_name(segment) + ", byte " + std::to_string(at);
}

Result<std::unique_ptr<LogWalk>, OpenFailure> walk_directory(FileLayer& files, const std::string& dir, Sequence after,
                                                             std::optional<Sequence> last) {
  auto scan = ChainScan::begin(files, dir, after.next());
  if (!scan) return open_failure(scan.error());
  const double last_written = share_written(files, dir, scan->segments().back());
  return std::make_unique<DirectoryWalk>(std::move(*scan), after, last, last_written);
}

}  // namespace dialin::log
