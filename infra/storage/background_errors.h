#pragma once
// What went wrong on RocksDB's own threads (flush, compaction), where nobody waits for an answer. Remembered, so that the next apply() can
// tell a full disk from a broken one. Recovery is by resume() alone: while RocksDB recovers by itself, a write that meets a full buffer
// waits for as long as that takes, and a writer must never wait without end.

#include <memory>
#include <mutex>
#include <optional>

#include "domain/view_store.h"

namespace rocksdb {
class EventListener;
}

namespace dialin::storage {

/// Any thread.
class BackgroundErrors {
 public:
  void remember(StoreError error);
  void forget();
  std::optional<StoreError> last() const;

 private:
  mutable std::mutex mutex_;
  std::optional<StoreError> last_;
};

std::shared_ptr<rocksdb::EventListener> listener_to(const std::shared_ptr<BackgroundErrors>& errors);

}  // namespace dialin::storage
