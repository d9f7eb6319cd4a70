#include "infra/storage/table_turns.h"

#include <rocksdb/table_properties.h>

#include <chrono>
#include <thread>

namespace dialin::storage {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::microseconds kTurn{100};
/// A look at the clock takes some 30 ns, which is much beside a small key.
constexpr unsigned kKeysBetweenLooks = 16;

/// Of one table, on the one thread that builds it. It collects nothing.
class GivingWay : public rocksdb::TablePropertiesCollector {
 public:
  rocksdb::Status AddUserKey(const rocksdb::Slice&, const rocksdb::Slice&, rocksdb::EntryType, rocksdb::SequenceNumber,
                             std::uint64_t) override {
    if (++keys_ % kKeysBetweenLooks != 0 || Clock::now() - since_ < kTurn) return rocksdb::Status::OK();
    std::this_thread::yield();
    since_ = Clock::now();
    return rocksdb::Status::OK();
  }
  rocksdb::Status Finish(rocksdb::UserCollectedProperties*) override { return rocksdb::Status::OK(); }
  rocksdb::UserCollectedProperties GetReadableProperties() const override { return {}; }
  const char* Name() const override { return "dialin.giving_way"; }

 private:
  unsigned keys_ = 0;
  Clock::time_point since_ = Clock::now();
};

class GivingWayInTables : public rocksdb::TablePropertiesCollectorFactory {
 public:
  rocksdb::TablePropertiesCollector* CreateTablePropertiesCollector(Context) override { return new GivingWay; }  // RocksDB's to delete
  const char* Name() const override { return "dialin.giving_way_in_tables"; }
};

}  // namespace

std::shared_ptr<rocksdb::TablePropertiesCollectorFactory> giving_way_in_tables() {
  return std::make_shared<GivingWayInTables>();
}

}  // namespace dialin::storage
