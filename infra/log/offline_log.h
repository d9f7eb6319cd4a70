#pragma once
// A log's directory to read from, as it stands at one moment: without a lock, without writing, with or without a server running on it. For
// commands that only look. Appending answers LogError::unavailable.

#include <memory>
#include <string>

#include "domain/event_log.h"
#include "infra/log/file_layer.h"
#include "infra/log/open_failure.h"

namespace dialin::log {

class OfflineLog : public EventLog {
 public:
  /// Proves the last segment only; readers prove what they read. Fails when there is no log in `dir`.
  static Result<std::unique_ptr<OfflineLog>, OpenFailure> open(FileLayer& files, const std::string& dir);
};

}  // namespace dialin::log
