#pragma once
// Opens what lies in a data directory: DATA/log, and DATA/views in step with it. Main thread, before anything is served.

#include <memory>
#include <string>

#include "api/cli/node.h"
#include "domain/secrets.h"
#include "infra/log/embedded_log.h"
#include "projections/open_views.h"

namespace dialin::cli {

struct OpenStore {
  std::unique_ptr<log::EmbeddedLog> log;  ///< led from here
  projections::OpenViews views;
};

/// Founds a log in an empty directory, but not beside views that stand for one. Refuses when the views cannot be trusted, and when
/// `secrets` lacks a key that sealed any secret of the log: that is said by key id now, and not at the first call that needs it. A refusal
/// for what the views say, as they were found, has changed nothing in the log; what only shows while they are brought up to its end comes
/// after the opening was appended.
Result<OpenStore, CannotServe> open_store(const std::string& data, const log::EmbeddedLog::Ports& ports, const Secrets& secrets);

}  // namespace dialin::cli
