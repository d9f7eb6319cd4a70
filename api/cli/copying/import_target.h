#pragma once
// The log that `dialin import` puts a chain into: one in a directory, or one on Kafka. One thread.

#include <memory>
#include <span>
#include <string>

#include "api/cli/command.h"
#include "domain/chain.h"
#include "domain/record.h"
#include "domain/result.h"
#include "infra/log/log_walk.h"

namespace dialin::cli {

/// Why an import ends.
struct CannotImport {
  Exit status = kCouldNotRun;
  std::string text;
};

class ImportTarget {
 public:
  virtual ~ImportTarget() = default;

  /// From here on nobody else appends. What is held already, from its first record on; null: no record at all. Called once, first.
  virtual Result<log::LogWalk*, CannotImport> hold() = 0;
  /// Called once, before the first append, when what hold() gave was read to its end: `tail` is where the log of this id ends. From here on
  /// the walk is the target's.
  virtual Result<void, CannotImport> begin(const LogId& log, const Tail& tail) = 0;
  /// They chain behind all that was appended before. When it returns some of them may still be under way.
  virtual Result<void, CannotImport> append(std::span<const Record> records) = 0;
  /// All that was appended is stored for good when it returns.
  virtual Result<void, CannotImport> finish() = 0;
  /// The last record that is certainly stored. Also after a failure.
  virtual Tail stored() const = 0;
};

}  // namespace dialin::cli
