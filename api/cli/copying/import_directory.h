#pragma once
// Imports into the log of a data directory, which no other process may have meanwhile. Each append is durable when it returns. One thread.

#include <memory>
#include <string>

#include "api/cli/copying/import_target.h"
#include "domain/codec.h"
#include "infra/log/file_layer.h"

namespace dialin::cli {

/// `dir`: DATA/log; made when missing, once it is certain that a record comes. `files` and `codec` must outlive it.
std::unique_ptr<ImportTarget> import_into_directory(const std::string& dir, log::FileLayer& files, const Codec& codec);

}  // namespace dialin::cli
