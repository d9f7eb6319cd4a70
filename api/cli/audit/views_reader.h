#pragma once
// Opens the views of a data directory to read in, beside a running server too. Any thread.

#include <memory>
#include <string>

#include "domain/view_store.h"

namespace dialin::cli {

/// The views in `dir`, as they were last flushed. A server that has them open may remove a file just then: it is tried again some times.
/// Throws StoreFailure.
std::unique_ptr<ViewReader> open_views_reader(const std::string& dir);

}  // namespace dialin::cli
