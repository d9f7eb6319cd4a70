#include "api/http/server.h"

#include <future>
#include <mutex>
#include <vector>

#include "api/http/core.h"
#include "api/http/io_thread.h"
#include "api/http/listener.h"

namespace dialin::http {

namespace {

/// Of one address, of those that are one too many.
constexpr std::size_t kRefusedOfAddressMax = 16;
/// After connections were closed by force: until their last operations have come back.
constexpr std::chrono::seconds kCloseTime{5};

}  // namespace

class Server::Engine {
 public:
  Engine(ServerOptions options, Handler& handler, Telemetry& telemetry) : core_(std::move(options), handler, telemetry) {
    const std::size_t count = std::max<std::size_t>(core_.options.threads, 1);
    for (std::size_t i = 0; i < count; ++i) threads_.push_back(std::make_unique<IoThread>(i, core_));
    for (std::size_t i = 0; i < count; ++i) threads_[i]->may_pass_on(threads_[(i + 1) % count]->mailbox());
    listener_ = std::make_unique<Listener>(threads_.front()->loop(), core_);
    port_ = listener_->port();
  }

  void start() {
    listener_->start([this](OwnedDescriptor socket, const Peer& peer) { take(std::move(socket), peer); });
    for (auto& thread : threads_) thread->start();
    is_running_ = true;
  }

  void drain();
  void post(std::size_t thread, Work work) { threads_.at(thread)->mailbox()->put(std::move(work)); }
  std::uint16_t port() const { return port_; }
  std::size_t threads() const { return threads_.size(); }

 private:
  void take(OwnedDescriptor socket, const Peer& peer) {
    core_.telemetry.add(Counter::connections_accepted);
    const ServerOptions& options = core_.options;
    const Core::Counted counted = core_.connection_opened(peer);
    const bool is_too_many_of_address = counted.of_address > options.connections_per_address;
    if (counted.open > options.connections_max + options.refused_max ||
        (is_too_many_of_address && counted.of_address > options.connections_per_address + kRefusedOfAddressMax)) {
      core_.telemetry.add(is_too_many_of_address ? Counter::connections_refused_address : Counter::connections_refused);
      return core_.connection_closed(peer);
    }
    next_ = (next_ + 1) % threads_.size();
    threads_[next_]->mailbox()->put(
        NewConnection{std::move(socket), peer, counted.open > options.connections_max, is_too_many_of_address, 0});
  }

  Core core_;
  std::vector<std::unique_ptr<IoThread>> threads_;
  std::unique_ptr<Listener> listener_;  // before the loop it is on
  std::uint16_t port_ = 0;
  std::size_t next_ = 0;
  std::mutex draining_;
  bool is_running_ = false;
};

void Server::Engine::drain() {
  const std::lock_guard lock(draining_);
  if (!is_running_) return;
  is_running_ = false;
  std::promise<void> closed;
  post(0, [this, &closed] {
    listener_->close();
    closed.set_value();
  });
  closed.get_future().wait();
  for (auto& thread : threads_) thread->mailbox()->put(Work([&to = *thread] { to.begin_drain(); }));
  if (!core_.wait_until_empty(core_.options.drain_timeout)) {
    core_.telemetry.say(Level::warning, "connections were closed by force, because the time to drain was over");
    for (auto& thread : threads_) thread->mailbox()->put(Work([&to = *thread] { to.close_all(); }));
    core_.wait_until_empty(kCloseTime);
  }
  for (auto& thread : threads_) thread->stop();
}

Server::Server(ServerOptions options, Handler& handler, Telemetry& telemetry)
    : engine_(std::make_unique<Engine>(std::move(options), handler, telemetry)) {}

Server::~Server() {
  engine_->drain();
}

void Server::start() {
  engine_->start();
}
std::uint16_t Server::port() const {
  return engine_->port();
}
void Server::drain() {
  engine_->drain();
}
void Server::post(std::size_t thread, std::function<void()> work) {
  engine_->post(thread, std::move(work));
}
std::size_t Server::threads() const {
  return engine_->threads();
}

}  // namespace dialin::http
