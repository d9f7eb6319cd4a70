#pragma once
// A value that many threads read and seldom one replaces. Reading costs one atomic load while nothing was replaced: each thread keeps the
// last it saw (one a type T, so T must be light enough to lie about until the thread looks again or ends). Any thread.

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

namespace dialin::crypto {

template <class T>
class Snapshot {
 public:
  explicit Snapshot(std::shared_ptr<const T> value) { replace(std::move(value)); }

  void replace(std::shared_ptr<const T> value) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
    edition_.store(next_edition_.fetch_add(1, std::memory_order_relaxed), std::memory_order_release);
  }

  /// Valid until this thread's next get() of any Snapshot<T>.
  const T& get() const {
    thread_local Seen seen;
    if (seen.edition != edition_.load(std::memory_order_acquire)) look(seen);
    return *seen.value;
  }

 private:
  struct Seen {
    std::uint64_t edition = 0;
    std::shared_ptr<const T> value;
  };
  void look(Seen& seen) const {
    const std::lock_guard lock(mutex_);
    seen.value = value_;
    seen.edition = edition_.load(std::memory_order_relaxed);
  }

  /// Never the same for two values, of whichever snapshot: so a thread's memory of one is never taken for another.
  static inline std::atomic<std::uint64_t> next_edition_{1};
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
  std::atomic<std::uint64_t> edition_{0};
};

}  // namespace dialin::crypto
