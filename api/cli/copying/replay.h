#pragma once
// Makes a data directory from a log, up to a point: the chain is copied, proved on the way, and views are built beside it, in one reading.
// What `dialin replay` and `dialin snapshot` do. Main thread.

#include <functional>
#include <optional>
#include <string>

#include "api/cli/command.h"
#include "api/cli/options/audit_options.h"
#include "domain/chain.h"
#include "domain/result.h"

namespace dialin::cli {

struct Replayed {
  LogId log;
  Tail tail;               ///< where the copy ends, and the views stand
  bool is_shared = false;  ///< the log is on Kafka
};

/// Why there is no such directory: the exit status, and a sentence.
struct NotReplayed {
  Exit status = kCouldNotRun;
  std::string text;
};

/// Made in OUT.partial, which nobody takes for the whole; `finish` adds to it, durably, what else belongs there, or says why it cannot.
/// Of a log on Kafka it is as a node's data directory. Whatever goes wrong leaves nothing behind.
using Finish = std::function<std::string(const std::string& partial, const Replayed& replayed)>;
Result<Replayed, NotReplayed> replay(const ReplayOptions& options, const Finish& finish = {});

/// Says what became of it, `done` before the place: "replayed to"; the exit status.
int said(const Result<Replayed, NotReplayed>& outcome, const ReplayOptions& options, const std::string& command, const std::string& done);

}  // namespace dialin::cli
