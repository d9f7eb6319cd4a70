#pragma once
// A ViewStore for one great load into a new directory: many times faster than changes one by one, because they are gathered in memory by
// the chunk, sorted, and written as finished table files on a thread of its own while the next chunk fills.
//
// Only what loading needs works: batch(), apply(), flush(), and get() of the families that are few and read back while loading (counts,
// meta). Other reads throw StoreFailure. Nothing is there until flush() has succeeded; destroy the store before the directory is opened
// with open_rocks_store(). A load that is cut short is to be thrown away.

#include <cstddef>
#include <memory>
#include <string>

#include "domain/view_store.h"

namespace dialin::storage {

struct BulkStoreOptions {
  std::size_t chunk_bytes = 24u << 20;  ///< of keys and values; three chunks are in memory at a time: one fills, one waits, one is written
};

/// Makes `dir`, which must not exist or be empty. Throws StoreFailure.
std::unique_ptr<ViewStore> make_bulk_store(const std::string& dir, const BulkStoreOptions& options = {});

}  // namespace dialin::storage
