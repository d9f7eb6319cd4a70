#pragma once
// What happens before an embedded log may be appended to: keeping others out; finding or founding the chain file; then completing a half
// move, taking the lead.

#include "infra/log/chain_file.h"
#include "infra/log/embedded_log.h"

namespace dialin::log {

/// Of a directory that is there. Says who has it, when another process does.
Result<std::unique_ptr<Lock>, OpenFailure> lock_log(FileLayer& files, const std::string& dir);
/// The directory is there and locked. A chain that is there is proved, and no byte of it changed; where there is none an empty one begins.
Result<std::unique_ptr<ChainFile>, OpenFailure> find_chain(const EmbeddedOptions& options, const EmbeddedLog::Ports& ports);
/// Cuts what was never finished, then appends, as one group: `created` when the chain is empty, the creation that a half move at the end
/// lacks, `opened`.
Result<void, OpenFailure> take_lead(ChainFile& chain, const EmbeddedOptions& options, const EmbeddedLog::Ports& ports);

}  // namespace dialin::log
