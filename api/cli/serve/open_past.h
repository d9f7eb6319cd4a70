#pragma once
// Opens a data directory that is only read: a replayed past, a snapshot, a copy of a stopped server's. Nothing is written there, so that it
// may stand on a disk that takes no writes.

#include <string>

#include "api/cli/serve/open_store.h"

namespace dialin::cli {

/// The log as it stands, and views that must be in step with it, since nobody brings them up. Refuses a directory that a server has open,
/// and keeps writers out as long as it is held. Main thread.
Result<OpenStore, CannotServe> open_past(const std::string& data, const log::EmbeddedLog::Ports& ports, const Secrets& secrets);

}  // namespace dialin::cli
