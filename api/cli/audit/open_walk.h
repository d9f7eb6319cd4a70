#pragma once
// Opens the log that an audit command is to read, wherever it is. Main thread.

#include <cstdint>
#include <memory>

#include "api/cli/options/audit_options.h"
#include "domain/telemetry.h"
#include "infra/log/log_walk.h"

namespace dialin::cli {

/// Up to where a log in a directory is read. A topic, and a node's copy of one, hold only what is durable on Kafka.
enum class Until : std::uint8_t {
  written,  ///< all that is there
  /// What stood there when the walk was opened, once no power cut takes it back: for what is kept elsewhere, or held against the log later,
  /// which may have gone on otherwise. Waits half a second at most (infra/log/durable_end.h).
  durable,
};

/// From behind `after` on, which is believed; on Kafka all that is before it is read and proved, too, and not given.
Result<std::unique_ptr<log::LogWalk>, log::OpenFailure> open_walk(const LogOptions& options, log::FileLayer& files, Telemetry& telemetry,
                                                                  Sequence after, Until until);

}  // namespace dialin::cli
