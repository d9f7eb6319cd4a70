#include "api/cli/command.h"
#include "api/cli/copying/replay.h"

namespace dialin::cli {

int run_replay(const std::vector<std::string>& arguments) {
  const auto parsed = read_replay_options(arguments);
  if (const int* end = std::get_if<int>(&parsed)) return *end;
  const auto& options = std::get<ReplayOptions>(parsed);
  return said(replay(options), options, "replay", "replayed to");
}

}  // namespace dialin::cli
