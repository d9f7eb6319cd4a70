#pragma once
// The views at rest: ViewStore on RocksDB, one column family per Family. Made for a single writing thread and many readers.
//
// Without a write-ahead log: the event log is one. What was applied since the last flush is lost with the process and replayed, so the
// store flushes by itself in the background, all families as one, before that grows long. A full disk stops apply() with no_space (what
// was applied before stays readable) until resume() finds room.

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "domain/view_store.h"

namespace dialin::storage {

/// Bounds of memory and of what a crash leaves to be replayed.
struct RocksStoreOptions {
  std::size_t cache_bytes = 32u << 20;          ///< blocks read from table files, all families together
  std::size_t write_buffers_bytes = 48u << 20;  ///< changes that are not in table files yet, all families together
  std::size_t flush_after_changes = 160'000;    ///< keys changed; an event changes three to eight, a deletion some more
  /// Told RocksDB's warnings and errors, a line each, on any thread. Failures that matter also show in what calls return.
  std::function<void(std::string_view)> say = [](std::string_view) {};
};

/// Table files that so many stores keep open in a process that may have `descriptors` open: an eighth of them each, so that there is room
/// for two stores and all else. What is beyond is opened when it is read.
std::size_t open_files_max(std::size_t descriptors, std::size_t stores);

/// Opens the store in `dir`, creating it when missing. One that an older program made keeps the families that it has: what is put into
/// another is dropped, and nothing is found there. Throws StoreFailure when it cannot be read or belongs to another process.
std::unique_ptr<ViewStore> open_rocks_store(const std::string& dir, const RocksStoreOptions& options = {});

/// Reads the store in `dir` as it was last flushed and writes nothing: apply() fails. Beside a process that has it open, which may remove
/// files that are being opened here, it can throw StoreFailure for that alone: try again.
std::unique_ptr<ViewStore> open_rocks_reader(const std::string& dir);

}  // namespace dialin::storage
