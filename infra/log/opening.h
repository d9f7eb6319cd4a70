#pragma once
// What happens before an embedded log may be appended to: founding or reading the chain file, completing a half move, taking the lead.

#include "infra/log/chain_file.h"
#include "infra/log/embedded_log.h"

namespace dialin::log {

/// The directory is there and locked. Appends, as one group: `created` when the chain is empty, the creation that a half move at the
/// end lacks, `opened`.
Result<std::unique_ptr<ChainFile>, OpenFailure> open_chain(const EmbeddedOptions& options, const EmbeddedLog::Ports& ports);

}  // namespace dialin::log
