#pragma once
// RocksDB's own threads give way, while they write tables, to whoever waits for their processor.

#include <memory>

namespace rocksdb {
class TablePropertiesCollectorFactory;
}

namespace dialin::storage {

/// Watches each table that a flush or a compaction builds, and has its thread yield each 0.1 ms. A kernel without preemption lets who does
/// not wait run until its next tick (4 ms at 250 a second), however long an io thread or the writer has been waiting. Where nobody waits,
/// the thread goes on at once. Collects nothing.
std::shared_ptr<rocksdb::TablePropertiesCollectorFactory> giving_way_in_tables();

}  // namespace dialin::storage
