#pragma once
// A new node's data directory begins with a snapshot, so that it need not read and project the whole log. Main thread, before anything is
// opened.

#include <optional>

#include "api/cli/options/serve_options.h"
#include "domain/ids.h"
#include "domain/result.h"
#include "domain/telemetry.h"
#include "infra/log/file_layer.h"
#include "infra/log/open_failure.h"

namespace dialin::cli {

/// Makes what a node that writes needs of its DATA before its log is looked for. With --from-snapshot, log and views of the snapshot are
/// put into a new one: files that never change again as hard links where they can be, the rest as copies. Durable, and whole or not at all:
/// what a start that was cut short left is thrown away. A DATA that holds the same log is left alone; one that holds another is refused,
/// as is a snapshot of another log than `on_topic`, and one that is not as it was made. Nothing in the snapshot is changed.
Result<void, log::OpenFailure> prepare_data(const ServeOptions& options, const std::optional<LogId>& on_topic, log::FileLayer& files,
                                            Telemetry& telemetry);

}  // namespace dialin::cli
