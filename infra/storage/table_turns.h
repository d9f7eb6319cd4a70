#pragma once
// Threads that write tables, RocksDB's own above all, give way meanwhile to whoever waits for their processor.

#include <memory>

namespace rocksdb {
class TablePropertiesCollectorFactory;
}

namespace dialin::storage {

/// Watches each table that is built, by a flush, a compaction or a load, and has its thread yield each 0.1 ms. A kernel without preemption
/// lets who does not wait run until its next tick (4 ms at 250 a second), however long an io thread or the writer has been waiting. Where
/// nobody waits, the thread goes on at once. Collects nothing.
std::shared_ptr<rocksdb::TablePropertiesCollectorFactory> giving_way_in_tables();

}  // namespace dialin::storage
