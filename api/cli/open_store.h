#pragma once
// Opens what lies in a data directory: DATA/log, then DATA/views in step with it. Main thread, before anything is served.

#include <memory>
#include <string>

#include "api/cli/node.h"
#include "domain/secrets.h"
#include "infra/log/embedded_log.h"
#include "projections/open_views.h"

namespace dialin::cli {

/// Founds a log in an empty directory, but not beside views that stand for one.
Result<std::unique_ptr<log::EmbeddedLog>, CannotServe> open_log(const std::string& data, log::EmbeddedLog::Ports ports);

/// Refuses when the views cannot be trusted, and when `secrets` lacks a key that sealed any secret of the log: that is said by key id now,
/// and not at the first call that needs it.
Result<projections::OpenViews, CannotServe> open_store(const std::string& data, const EventLog& log, const Codec& codec,
                                                       const Secrets& secrets, Telemetry& telemetry);

}  // namespace dialin::cli
