#include "api/http/core.h"

namespace dialin::http {

std::size_t Core::connection_opened() {
  const std::size_t open = connections_.fetch_add(1) + 1;
  telemetry.set(Gauge::connections_open, static_cast<double>(connections_.load()));  // not `open`: another thread's may be newer
  return open;
}

void Core::connection_closed() {
  const std::size_t open = connections_.fetch_sub(1) - 1;
  telemetry.set(Gauge::connections_open, static_cast<double>(connections_.load()));
  if (open > 0) return;
  const std::lock_guard lock(mutex_);  // so that it does not fall between the waiter's look and its sleep
  empty_.notify_all();
}

bool Core::wait_until_empty(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return empty_.wait_for(lock, time, [this] { return connections_.load() == 0; });
}

void Core::stream_opened() {
  streams_.fetch_add(1);
  telemetry.set(Gauge::streams_open, static_cast<double>(streams_.load()));
}

void Core::stream_closed() {
  streams_.fetch_sub(1);
  telemetry.set(Gauge::streams_open, static_cast<double>(streams_.load()));
}

}  // namespace dialin::http
