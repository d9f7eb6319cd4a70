#include "api/service/slow_reads.h"

#include <utility>

namespace dialin::service {

SlowReads::SlowReads(std::size_t threads, Telemetry& telemetry, std::chrono::milliseconds wait_max)
    : telemetry_(telemetry), wait_max_(wait_max) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

SlowReads::~SlowReads() {
  stop();
}

bool SlowReads::submit(std::function<void(Turn)> work) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && queue_.size() < kQueueMax) {
      queue_.push_back({std::move(work), std::chrono::steady_clock::now() + wait_max_});
      telemetry_.set(Gauge::slow_read_queue_depth, static_cast<double>(queue_.size()));
      changed_.notify_one();
      return true;
    }
  }
  telemetry_.add(Counter::slow_reads_refused);
  return false;
}

void SlowReads::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void SlowReads::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    const Waiting first = std::move(queue_.front());
    queue_.pop_front();
    telemetry_.set(Gauge::slow_read_queue_depth, static_cast<double>(queue_.size()));
    const bool is_late = stopping_ || std::chrono::steady_clock::now() > first.until;
    lock.unlock();
    if (is_late) telemetry_.add(Counter::slow_reads_refused);
    first.work(is_late ? Turn::too_late : Turn::yours);
    lock.lock();
  }
}

}  // namespace dialin::service
