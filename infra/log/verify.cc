#include "infra/log/verify.h"

#include <utility>

namespace dialin::log {
namespace {

std::optional<std::string> wrong(const Record& record, const EachRecord& each) {
  if ((record.type == kLogCreated) != (record.sequence == Sequence{1})) return "only the first record founds the log, and it must";
  return each ? each(record) : std::nullopt;
}

}  // namespace

Verified verify(FileLayer& files, const std::string& dir, const EachRecord& each) {
  Verified verified;
  auto scan = ChainScan::begin(files, dir, ChainScan::From::first);
  if (!scan) {
    verified.fault = std::move(scan).error();
    return verified;
  }
  verified.log = scan->segment().head().log;
  Record record;
  ChainScan::Step step;
  while ((step = scan->next(record)) == ChainScan::Step::record) {
    if (auto what = wrong(record, each)) {
      verified.fault =
          Fault{record.sequence, segment_name(scan->segment().head().first), scan->segment().record_offset(), std::move(*what)};
      return verified;
    }
    verified.head = tail_of(record);
  }
  if (step == ChainScan::Step::fault) verified.fault = scan->fault();
  verified.unfinished = scan->unfinished();
  return verified;
}

}  // namespace dialin::log
