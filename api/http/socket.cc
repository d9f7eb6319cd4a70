#include "api/http/socket.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <unistd.h>

// The thread sanitizer does not know Asio's fences; the loops here have one thread each and do not rest on them.
#pragma GCC diagnostic ignored "-Wtsan"
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include "api/http/tls_layer.h"

namespace dialin::http {

namespace asio = boost::asio;
using Error = boost::system::error_code;

namespace {

Socket::Outcome outcome_of(const Error& error) {
  if (!error) return Socket::Outcome::ok;
  return error == asio::error::eof ? Socket::Outcome::end : Socket::Outcome::failed;
}

/// Of an idle connection: a request of the usual size, with its record, is there in one go.
constexpr std::size_t kArrivedBytes = 1024;

std::array<asio::const_buffer, 2> buffers_of(std::string_view first, std::string_view second) {
  return {asio::const_buffer(first.data(), first.size()), asio::const_buffer(second.data(), second.size())};
}

}  // namespace

/// With the executor's own type: the type-erased one of asio::ip::tcp::socket costs an indirection and a copy at each operation.
struct Socket::Stream {
  using Tcp = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;
  explicit Stream(asio::io_context& loop) : tcp(loop.get_executor()) {}

  /// Of TLS: what is under way.
  struct Operations {
    explicit Operations(ssl_ctx_st& context, int descriptor) : layer(context, descriptor) {}
    TlsLayer layer;
    char* space = nullptr;
    std::size_t bytes = 0;
    std::string_view first, second;
    std::array<char, kArrivedBytes> arrived;
  };
  Tcp tcp;
  std::unique_ptr<Operations> tls;

  template <class Then>
  void wait(TlsLayer::Step step, Then then) {
    tcp.async_wait(step == TlsLayer::Step::wants_write ? Tcp::wait_write : Tcp::wait_read, [then](const Error&) { then(); });
  }
};

Socket::Socket(asio::io_context& loop, OwnedDescriptor socket, Events& events, const std::shared_ptr<ssl_ctx_st>& tls)
    : stream_(new Stream(loop)), events_(events) {
  if (tls) stream_->tls = std::make_unique<Stream::Operations>(*tls, socket.number());
  // The family is only told to the kernel when a socket is made; for one that is there either will do.
  stream_->tcp.assign(asio::ip::tcp::v4(), socket.number());
  socket.release();
  stream_->tcp.non_blocking(true);
}

Socket::~Socket() = default;

void Socket::receive(char* space, std::size_t bytes) {
  if (!stream_->tls) {
    return stream_->tcp.async_receive(asio::mutable_buffer(space, bytes), [this](const Error& error, std::size_t received) {
      events_.on_received(received, outcome_of(error));
    });
  }
  Stream::Operations& tls = *stream_->tls;
  tls.space = space;
  tls.bytes = bytes;
  if (!tls.layer.holds_bytes()) return receive_records();
  asio::post(stream_->tcp.get_executor(), [this] { read_tls(); });
}

/// Received here and not by the layer: to be told that there is something, Asio asks the kernel anew each time (epoll_ctl), which costs a
/// twentieth of a small answer. The handshake looks at its first bytes itself.
void Socket::receive_records() {
  Stream::Operations& tls = *stream_->tls;
  if (!tls.layer.is_open()) return stream_->wait(TlsLayer::Step::wants_read, [this] { read_tls(); });
  stream_->tcp.async_receive(asio::buffer(tls.arrived), [this](const Error& error, std::size_t received) {
    if (error && error != asio::error::eof) return events_.on_received(0, Outcome::failed);
    stream_->tls->layer.arrived({stream_->tls->arrived.data(), received});
    read_tls();
  });
}

void Socket::read_tls() {
  if (!stream_->tcp.is_open()) return events_.on_received(0, Outcome::failed);
  // A send may have found out first that there is no TLS.
  if (!stream_->tls) return events_.on_received(0, Outcome::plain);
  std::size_t got = 0;
  switch (const auto step = stream_->tls->layer.read(stream_->tls->space, stream_->tls->bytes, got)) {
    case TlsLayer::Step::done:
    case TlsLayer::Step::opened:
      return events_.on_received(got, Outcome::ok);
    case TlsLayer::Step::wants_read:
      return receive_records();
    case TlsLayer::Step::wants_write:
      return stream_->wait(step, [this] { read_tls(); });
    case TlsLayer::Step::end:
      return events_.on_received(0, Outcome::end);
    case TlsLayer::Step::failed:
      return events_.on_received(0, Outcome::failed);
    case TlsLayer::Step::plain:
      stream_->tls.reset();
      return events_.on_received(0, Outcome::plain);
  }
}

bool Socket::send_now(std::string_view first, std::string_view second, std::size_t& sent) {
  if (stream_->tls) {
    const auto step = stream_->tls->layer.write(first, second, sent);
    if (step != TlsLayer::Step::plain) return step != TlsLayer::Step::failed && step != TlsLayer::Step::end;
    stream_->tls.reset();
  }
  Error error;
  sent = second.empty() ? stream_->tcp.write_some(asio::const_buffer(first.data(), first.size()), error)
                        : stream_->tcp.write_some(buffers_of(first, second), error);
  return !error || error == asio::error::would_block || error == asio::error::try_again;
}

void Socket::send(std::string_view first, std::string_view second) {
  if (!stream_->tls) {
    return stream_->tcp.async_write_some(buffers_of(first, second),
                                         [this](const Error& error, std::size_t sent) { events_.on_sent(sent, outcome_of(error)); });
  }
  stream_->tls->first = first;
  stream_->tls->second = second;
  stream_->wait(stream_->tls->layer.is_open() ? TlsLayer::Step::wants_write : TlsLayer::Step::wants_read, [this] { write_tls(); });
}

void Socket::write_tls() {
  if (!stream_->tcp.is_open()) return events_.on_sent(0, Outcome::failed);
  if (!stream_->tls) return events_.on_sent(0, Outcome::ok);
  std::size_t sent = 0;
  switch (const auto step = stream_->tls->layer.write(stream_->tls->first, stream_->tls->second, sent)) {
    case TlsLayer::Step::done:
    case TlsLayer::Step::opened:
      return events_.on_sent(sent, Outcome::ok);
    case TlsLayer::Step::wants_read:
    case TlsLayer::Step::wants_write:
      return stream_->wait(step, [this] { write_tls(); });
    case TlsLayer::Step::end:
    case TlsLayer::Step::failed:
      return events_.on_sent(0, Outcome::failed);
    case TlsLayer::Step::plain:
      stream_->tls.reset();
      return events_.on_sent(0, Outcome::ok);
  }
}

std::optional<std::size_t> Socket::bytes_on_their_way() const {
  int bytes = 0;
  if (::ioctl(stream_->tcp.native_handle(), SIOCOUTQ, &bytes) != 0) return std::nullopt;
  return static_cast<std::size_t>(bytes);
}

void Socket::end_sending() {
  if (stream_->tls && !stream_->tls->layer.say_end()) return;
  Error error;
  stream_->tcp.shutdown(asio::socket_base::shutdown_send, error);  // a peer that has gone is seen by the next receive
}

void Socket::close() {
  if (!stream_->tcp.is_open()) return;
  if (stream_->tls) stream_->tls->layer.say_end();  // what cannot be said now is never said: the peer sees that something is missing
  Error error;
  stream_->tcp.close(error);  // the descriptor is given back whatever the kernel says
}

bool Socket::is_resumed() const {
  return stream_->tls && stream_->tls->layer.is_resumed();
}

bool Socket::is_of_a_node() const {
  return stream_->tls && stream_->tls->layer.has_peer_certificate();
}

}  // namespace dialin::http
