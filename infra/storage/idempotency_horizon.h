#pragma once
// Lets compaction drop what nobody may ask for any more: entries of Family::idempotency older than a moving horizon.

#include <atomic>
#include <cstdint>
#include <memory>

namespace rocksdb {
class CompactionFilter;
}

namespace dialin::storage {

/// Microseconds; written by the writer's thread, read by compactions.
using Horizon = std::atomic<std::int64_t>;

/// Drops entries whose value begins with a time (8 bytes, big-endian microseconds) below the horizon.
std::shared_ptr<rocksdb::CompactionFilter> filter_below(std::shared_ptr<const Horizon> horizon);

}  // namespace dialin::storage
