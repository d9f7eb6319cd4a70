#include "api/http/listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

// The thread sanitizer does not know Asio's fences; the loops here have one thread each and do not rest on them.
#pragma GCC diagnostic ignored "-Wtsan"
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

namespace dialin::http {

namespace asio = boost::asio;
using Error = boost::system::error_code;
using asio::ip::tcp;

namespace {

constexpr int kBacklog = 4096;       // the kernel's net.core.somaxconn is the other bound
constexpr int kAcceptsPerTurn = 64;  // then the connections that are there have their turn
constexpr std::chrono::milliseconds kPause{100};
constexpr int kUnsentBytes = 128 * 1024;

void must(const Error& error, const std::string& what) {
  if (error) throw std::system_error(error, what);
}

tcp::endpoint endpoint_of(asio::io_context& loop, const ServerOptions& options) {
  Error error;
  tcp::resolver resolver(loop);
  const auto found =
      resolver.resolve(options.host, std::to_string(options.port), tcp::resolver::passive | tcp::resolver::numeric_service, error);
  must(error, "cannot find the address " + options.host);
  tcp::endpoint endpoint = found.begin()->endpoint();
  sockaddr_storage bound{};
  std::memcpy(&bound, endpoint.data(), endpoint.size());
  // Whoever asked before may have been told another address of that name.
  if (!options.tls && !options.may_be_reached && !peer_of(bound).is_loopback()) {
    must(asio::error::access_denied, "other machines reach " + options.host + ", and no TLS is spoken");
  }
  return endpoint;
}

/// What every connection that is accepted inherits.
void set_for_connections(int listening, const ServerOptions& options) {
  const auto set = [listening](int name, int value) {
    if (::setsockopt(listening, IPPROTO_TCP, name, &value, sizeof value) != 0)
      throw std::system_error(errno, std::system_category(), "setsockopt");
  };
  set(TCP_NODELAY, 1);
  // Keeps the kernel from buffering megabytes for a slow reader.
  set(TCP_NOTSENT_LOWAT, kUnsentBytes);
  // Ends the connection of a peer that vanished without a word. Longer than send_timeout, because the kernel does not count it as taking
  // when a small window opens now and then.
  set(TCP_USER_TIMEOUT, static_cast<int>(3 * std::chrono::milliseconds(options.send_timeout).count()));
}

}  // namespace

struct Listener::Door {
  explicit Door(asio::io_context& loop) : acceptor(loop), timer(loop) {}
  tcp::acceptor acceptor;
  asio::steady_timer timer;
};

Listener::Listener(asio::io_context& loop, Core& core) : core_(core), door_(std::make_unique<Door>(loop)) {
  const tcp::endpoint endpoint = endpoint_of(loop, core.options);
  const std::string what = "cannot listen on " + core.options.host + ":" + std::to_string(core.options.port);
  tcp::acceptor& acceptor = door_->acceptor;
  Error error;
  acceptor.open(endpoint.protocol(), error);
  must(error, what);
  // So that a restart need not wait for the old connections' time to be over. Not SO_REUSEPORT: a second server would get a share.
  acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  must(error, what);
  set_for_connections(acceptor.native_handle(), core.options);
  acceptor.bind(endpoint, error);
  must(error, what);
  acceptor.listen(kBacklog, error);
  must(error, what);
  acceptor.non_blocking(true, error);
  must(error, what);
}

Listener::~Listener() = default;

std::uint16_t Listener::port() const {
  return door_->acceptor.local_endpoint().port();
}

void Listener::start(Take take) {
  take_ = std::move(take);
  wait();
}

void Listener::close() {
  Error error;
  door_->acceptor.close(error);  // the descriptor is given back whatever the kernel says
  door_->timer.cancel();
}

void Listener::wait() {
  if (!door_->acceptor.is_open()) return;
  door_->acceptor.async_wait(tcp::acceptor::wait_read, [this](const Error& error) {
    if (!error) accept();
  });
}

void Listener::accept() {
  for (int i = 0; i < kAcceptsPerTurn && door_->acceptor.is_open(); ++i) {
    sockaddr_storage address{};
    socklen_t bytes = sizeof address;
    const int descriptor =
        ::accept4(door_->acceptor.native_handle(), reinterpret_cast<sockaddr*>(&address), &bytes, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      is_short_ = false;
      take_(OwnedDescriptor(descriptor), peer_of(address));
    } else if (errno == EAGAIN) {
      break;
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      return pause(errno);
    }
    // Anything else befell the one connection that was to be accepted (accept(2)).
  }
  wait();
}

void Listener::pause(int error) {
  if (!is_short_) core_.telemetry.say(Level::warning, "cannot accept connections for now: " + std::generic_category().message(error));
  is_short_ = true;
  door_->timer.expires_after(kPause);
  door_->timer.async_wait([this](const Error& cancelled) {
    if (!cancelled) wait();
  });
}

}  // namespace dialin::http
