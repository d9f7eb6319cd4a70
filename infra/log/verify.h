#pragma once
// Proves a chain on disk from its first byte to its last: `dialin verify`, and the crash tests. Read-only, without a lock: with a server
// running on the same directory, or without one.

#include <functional>
#include <optional>
#include <string>

#include "infra/log/chain_scan.h"

namespace dialin::log {

struct Verified {
  LogId log;
  Tail head;                   ///< the last record that is sound; its sequence is their number
  std::optional<Fault> fault;  ///< the first record that is not
  /// Behind the head stands a write that was never answered: a server is at it, or died at it; the next opening cuts it. No fault.
  bool unfinished = false;
};

/// Called for each record once it is proved, in order. What it returns is what is wrong with the record (domain rules), and ends the walk.
using EachRecord = std::function<std::optional<std::string>(const Record&)>;
/// Checks frames, hashes, links, sequences, times, segment heads and that a log's first record founds it. `each` may be empty.
Verified verify(FileLayer& files, const std::string& dir, const EachRecord& each);

}  // namespace dialin::log
