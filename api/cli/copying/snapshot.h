#pragma once
// A snapshot: a data directory that stands still, with a file beside log and views that says what it is and which files belong to it. A new
// node begins with it (from_snapshot.h). Main thread.

#include <cstdint>
#include <string>
#include <vector>

#include "api/cli/copying/replay.h"
#include "domain/chain.h"
#include "domain/result.h"
#include "infra/log/file_layer.h"

namespace dialin::cli {

struct Snapshot {
  struct File {
    std::string name;  ///< under the directory: `log/…` or `views/…`
    std::uint64_t bytes = 0;
  };
  /// To a place beside it, as the views have one.
  struct Link {
    std::string name;
    std::string to;
  };
  LogId log;
  Sequence sequence;
  RecordId id;
  bool is_shared = false;  ///< of a log on Kafka
  std::vector<File> files;
  std::vector<Link> links;
};

/// Whether `dir` is one, sound or not.
bool is_snapshot(const std::string& dir);

/// Makes one of what stands in `dir`, durably. Why it cannot; empty: done.
std::string write_snapshot(log::FileLayer& files, const std::string& dir, const Replayed& replayed);

/// What `dir` says of itself. The failure is a sentence.
Result<Snapshot, std::string> read_snapshot(const std::string& dir);
/// Whether it is so: every file is there in its length, and log and views end where they should. Empty, or a sentence. What only a look at
/// every byte would show is for `dialin verify`.
std::string check_snapshot(log::FileLayer& files, const std::string& dir, const Snapshot& snapshot);

}  // namespace dialin::cli
