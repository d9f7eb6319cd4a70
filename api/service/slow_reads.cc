#include "api/service/slow_reads.h"

#include <utility>

namespace dialin::service {

SlowReads::SlowReads(std::size_t threads, Telemetry& telemetry) : telemetry_(telemetry) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

SlowReads::~SlowReads() {
  stop();
}

bool SlowReads::submit(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && queue_.size() < kQueueMax) {
      queue_.push_back(std::move(work));
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
    const std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    telemetry_.set(Gauge::slow_read_queue_depth, static_cast<double>(queue_.size()));
    lock.unlock();
    work();
    lock.lock();
  }
}

}  // namespace dialin::service
