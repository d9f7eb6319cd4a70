#include "api/http/core.h"

namespace dialin::http {

bool Core::is_bounded(const Peer& peer) const {
  return options.connections_per_address > 0 && (options.is_loopback_bounded || !peer.is_loopback());
}

Core::Counted Core::connection_opened(const Peer& peer) {
  const std::size_t of_address = is_bounded(peer) ? addresses_.opened(peer) : 0;
  const std::size_t open = connections_.fetch_add(1) + 1;
  telemetry.set(Gauge::connections_open, static_cast<double>(connections_.load()));  // not `open`: another thread's may be newer
  return {open, of_address};
}

void Core::connection_closed(const Peer& peer) {
  if (is_bounded(peer)) addresses_.closed(peer);
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
