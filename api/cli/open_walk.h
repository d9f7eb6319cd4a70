#pragma once
// Opens the log that an audit command is to read, wherever it is. Main thread.

#include <memory>

#include "api/cli/audit_options.h"
#include "domain/telemetry.h"
#include "infra/log/log_walk.h"

namespace dialin::cli {

/// From behind `after` on, which is believed; on Kafka all that is before it is read and proved, too, and not given.
Result<std::unique_ptr<log::LogWalk>, log::OpenFailure> open_walk(const LogOptions& options, log::FileLayer& files, Telemetry& telemetry,
                                                                  Sequence after);

}  // namespace dialin::cli
