#include "infra/storage/idempotency_horizon.h"

#include <rocksdb/compaction_filter.h>

namespace dialin::storage {
namespace {

class BelowHorizon : public rocksdb::CompactionFilter {
 public:
  explicit BelowHorizon(std::shared_ptr<const Horizon> horizon) : horizon_(std::move(horizon)) {}
  const char* Name() const override { return "dialin.idempotency.horizon"; }

  bool Filter(int, const rocksdb::Slice&, const rocksdb::Slice& value, std::string*, bool*) const override {
    constexpr std::size_t kTimeBytes = 8;
    if (value.size() < kTimeBytes) return false;  // damage is for the reader to report
    std::uint64_t time_us = 0;
    for (std::size_t i = 0; i < kTimeBytes; ++i) time_us = time_us << 8 | static_cast<unsigned char>(value[i]);
    return static_cast<std::int64_t>(time_us) < horizon_->load(std::memory_order_relaxed);
  }

 private:
  std::shared_ptr<const Horizon> horizon_;
};

}  // namespace

std::shared_ptr<rocksdb::CompactionFilter> filter_below(std::shared_ptr<const Horizon> horizon) {
  return std::make_shared<BelowHorizon>(std::move(horizon));
}

}  // namespace dialin::storage
