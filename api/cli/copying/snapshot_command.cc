#include "api/cli/command.h"
#include "api/cli/copying/replay.h"
#include "api/cli/copying/snapshot.h"
#include "infra/log/posix_files.h"

namespace dialin::cli {

int run_snapshot(const std::vector<std::string>& arguments) {
  const auto parsed = read_snapshot_options(arguments);
  if (const int* end = std::get_if<int>(&parsed)) return *end;
  const auto& options = std::get<ReplayOptions>(parsed);
  log::PosixFiles files;
  const auto outcome =
      replay(options, [&files](const std::string& partial, const Replayed& replayed) { return write_snapshot(files, partial, replayed); });
  return said(outcome, options, "snapshot", "snapshot of");
}

}  // namespace dialin::cli
