#include "infra/log/log_walk.h"

#include <algorithm>
#include <utility>

#include "infra/log/chain_scan.h"

namespace dialin::log {
namespace {

class DirectoryWalk : public LogWalk {
 public:
  DirectoryWalk(ChainScan scan, Sequence after) : scan_(std::move(scan)), after_(after) {}

  LogId log() const override { return scan_.segment().head().log; }
  Step next(Record& out) override;
  const Fault& fault() const override { return fault_; }
  Place place() const override { return {scan_.segment().head().first, byte()}; }
  const Tail& tail() const override { return scan_.tail(); }
  double share_read() const override;
  bool is_unfinished() const override { return scan_.unfinished(); }
  bool may_go_on() override { return scan_.may_go_on(); }

 private:
  Step read(Record& out);
  Step fails(const log::Fault& fault);
  std::uint64_t byte() const { return scan_.segment().record_offset(); }

  ChainScan scan_;
  const Sequence after_;
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
  const ChainScan::Step step = scan_.next(out);
  if (step == ChainScan::Step::end) return Step::end;
  if (step == ChainScan::Step::fault) return fails(scan_.fault());
  if ((out.type == kLogCreated) == (out.sequence == Sequence{1})) return Step::record;
  return fails({out.sequence, segment_name(scan_.segment().head().first), byte(), "only the first record founds the log, and it must"});
}

LogWalk::Step DirectoryWalk::fails(const log::Fault& fault) {
  fault_ = {fault.text(), fault.unreadable, fault.sequence, fault.file + ", byte " + std::to_string(fault.offset), fault.what};
  return Step::fault;
}

/// By segments, which are nearly all of one length; what the last one has been zero-filled for counts as unread.
double DirectoryWalk::share_read() const {
  const auto& firsts = scan_.segments();
  const auto here = std::upper_bound(firsts.begin(), firsts.end(), scan_.segment().head().first) - firsts.begin() - 1;
  const double within = static_cast<double>(scan_.segment().offset()) / static_cast<double>(scan_.segment().head().bytes);
  return std::min(1.0, (static_cast<double>(here) + within) / static_cast<double>(firsts.size()));
}

}  // namespace

std::string Place::text() const {
  return segment.value == 0 ? "offset " + std::to_string(at) : segment_name(segment) + ", byte " + std::to_string(at);
}

Result<std::unique_ptr<LogWalk>, OpenFailure> walk_directory(FileLayer& files, const std::string& dir, Sequence after) {
  auto scan = ChainScan::begin(files, dir, after.next());
  if (!scan) return open_failure(scan.error());
  return std::make_unique<DirectoryWalk>(std::move(*scan), after);
}

}  // namespace dialin::log
