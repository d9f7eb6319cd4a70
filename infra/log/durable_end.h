#pragma once
// Where a chain on disk ends for good: a record that is told to somebody who will ask for it again must not be one that the next power cut
// takes back. Without a lock, with a server running on the directory or without. One thread.

#include <string>

#include "domain/chain.h"
#include "infra/log/file_layer.h"
#include "infra/log/open_failure.h"

namespace dialin::log {

struct DurableEnd {
  LogId log;
  Tail tail;
};

/// The last record that stands in `dir`, once it is durable: a mark says so, 50 ms after the last write at the latest. Where nobody writes
/// one (the server was killed), the segment is synced here. Waits 200 ms at most for a server, and as long as syncing takes. Proves the
/// last segment only.
Result<DurableEnd, OpenFailure> durable_end(FileLayer& files, const std::string& dir);

}  // namespace dialin::log
