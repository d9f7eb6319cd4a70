#include "api/service/slow_reads.h"

#include <pthread.h>

#include <utility>

namespace dialin::service {

SlowReads::SlowReads(std::size_t threads, Telemetry& telemetry, std::chrono::milliseconds wait_max)
    : telemetry_(telemetry), wait_max_(wait_max) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

SlowReads::~SlowReads() {
  stop();
}

bool SlowReads::submit(const TenantId& tenant, std::function<void(Turn)> work) {
  {
    const std::lock_guard lock(mutex_);
    const auto mine = queues_.find(tenant);
    const bool has_room = waiting_ < kQueueMax && (mine == queues_.end() || mine->second.size() < kTenantQueueMax);
    if (!stopping_ && has_room) {
      if (mine == queues_.end()) turns_.push_back(tenant);
      queues_[tenant].push_back({std::move(work), std::chrono::steady_clock::now() + wait_max_});
      telemetry_.set(Gauge::slow_read_queue_depth, static_cast<double>(++waiting_));
      changed_.notify_one();
      return true;
    }
  }
  telemetry_.add(Counter::slow_reads_refused);
  return false;
}

SlowReads::Waiting SlowReads::take_first() {
  const TenantId tenant = turns_.front();
  turns_.pop_front();
  const auto queue = queues_.find(tenant);
  Waiting first = std::move(queue->second.front());
  queue->second.pop_front();
  if (queue->second.empty()) {
    queues_.erase(queue);
  } else {
    turns_.push_back(tenant);
  }
  telemetry_.set(Gauge::slow_read_queue_depth, static_cast<double>(--waiting_));
  return first;
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
  pthread_setname_np(pthread_self(), "slow-reads");
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || waiting_ > 0; });
    if (waiting_ == 0) return;
    const Waiting first = take_first();
    const bool is_late = stopping_ || std::chrono::steady_clock::now() > first.until;
    lock.unlock();
    if (is_late) telemetry_.add(Counter::slow_reads_refused);
    first.work(is_late ? Turn::too_late : Turn::yours);
    lock.lock();
  }
}

}  // namespace dialin::service
