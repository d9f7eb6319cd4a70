#pragma once
// What `serve --dev` does before it serves, so that one command is enough to try the store.

#include <string>

#include "api/cli/options/serve_options.h"
#include "domain/instant.h"
#include "domain/result.h"
#include "infra/crypto/private_file.h"

namespace dialin::cli {

/// Makes the key ring and the keys that are missing, and at the first start a key for the tenant `dev`, which is kept in DATA/dev.key (mode
/// 0600) so that later starts can show it again. The key's text.
Result<std::string, crypto::FileFault> set_up_dev(const ServeOptions& options, Instant now);

}  // namespace dialin::cli
