#include "api/cli/audit/ledger_behind.h"

#include <utility>

namespace dialin::cli {

LedgerBehind::LedgerBehind() : thread_(&LedgerBehind::run, this) {}

LedgerBehind::~LedgerBehind() {
  batches_.stop();
  finish();
}

bool LedgerBehind::add(const Record& record, const log::Place& place, std::optional<Event>& event) {
  if (batch_.size == batch_.items.size()) batch_.items.emplace_back();
  Item& item = batch_.items[batch_.size++];
  item.tail = tail_of(record);
  item.place = place;
  item.event = std::move(event);
  if (batch_.size < kBatchRecords) return true;
  const bool is_wanted = batches_.put(std::move(batch_));
  batch_ = batches_.spare();
  batch_.size = 0;
  return is_wanted;
}

std::optional<LedgerBehind::Broken> LedgerBehind::finish() {
  if (!thread_.joinable()) return broken_;
  if (batch_.size > 0) batches_.put(std::move(batch_));
  batch_ = {};
  batches_.end();
  thread_.join();
  return broken_;
}

void LedgerBehind::run() {
  while (auto batch = batches_.take()) {
    check(*batch);
    if (broken_) return batches_.stop();
    batches_.give_back(std::move(*batch));
  }
}

void LedgerBehind::check(const Batch& batch) {
  for (std::size_t i = 0; i < batch.size && !broken_; ++i) {
    const Item& item = batch.items[i];
    record_.sequence = item.tail.sequence;
    record_.time = item.tail.time;
    const auto rule = ledger_.add(record_, item.event ? &*item.event : nullptr);
    if (rule.empty()) {
      head_ = item.tail;
    } else {
      broken_ = Broken{item.tail, item.place, rule};
    }
  }
}

}  // namespace dialin::cli
