#include "infra/log/durable_end.h"

#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "infra/log/chain_scan.h"
#include "infra/log/segment.h"

namespace dialin::log {
namespace {

constexpr std::chrono::milliseconds kLook{20};
constexpr int kLooksMax = 10;

/// Reads on to what is the end now. The failure is what is wrong.
std::optional<OpenFailure> read_on(ChainScan& scan) {
  Record record;
  ChainScan::Step step;
  while ((step = scan.next(record)) == ChainScan::Step::record) continue;
  if (step == ChainScan::Step::fault) return open_failure(scan.fault());
  return std::nullopt;
}

}  // namespace

Result<DurableEnd, OpenFailure> durable_end(FileLayer& files, const std::string& dir) {
  auto scan = ChainScan::begin(files, dir, ChainScan::From::last);
  if (!scan) return open_failure(scan.error());
  if (auto failure = read_on(*scan)) return std::move(*failure);
  const DurableEnd found{scan->segment().head().log, scan->tail()};
  // Only who has the lock writes a mark.
  const int looks = files.may_be_held(dir + "/lock") ? kLooksMax : 0;
  for (int look = 0; look < looks && scan->durable().sequence < found.tail.sequence; ++look) {
    std::this_thread::sleep_for(kLook);
    if (auto failure = read_on(*scan)) return std::move(*failure);
  }
  if (scan->durable().sequence >= found.tail.sequence) return found;
  // Syncing takes no leave to write.
  const std::string segment = path_in(dir, segment_name(scan->segment().head().first));
  auto file = files.open(segment, FileLayer::Mode::read);
  if (!file) return open_failure("opening " + segment, file.error());
  if (const Errno error = (*file)->sync(); error.failed()) return open_failure("syncing " + segment, error);
  // A write that failed may have been taken back meanwhile.
  auto again = ChainScan::begin(files, dir, ChainScan::From::last);
  if (!again) return open_failure(again.error());
  Record record;
  ChainScan::Step step = ChainScan::Step::end;
  while (again->tail().sequence < found.tail.sequence && (step = again->next(record)) == ChainScan::Step::record) continue;
  if (step == ChainScan::Step::fault) return open_failure(again->fault());
  if (again->tail() == found.tail || again->tail().sequence > found.tail.sequence) return found;
  return DurableEnd{found.log, scan->durable()};
}

}  // namespace dialin::log
