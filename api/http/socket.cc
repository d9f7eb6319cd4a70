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

namespace dialin::http {

namespace asio = boost::asio;
using Error = boost::system::error_code;

namespace {

Socket::Outcome outcome_of(const Error& error) {
  if (!error) return Socket::Outcome::ok;
  return error == asio::error::eof ? Socket::Outcome::end : Socket::Outcome::failed;
}

std::array<asio::const_buffer, 2> buffers_of(std::string_view first, std::string_view second) {
  return {asio::const_buffer(first.data(), first.size()), asio::const_buffer(second.data(), second.size())};
}

}  // namespace

OwnedSocket::~OwnedSocket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

/// With the executor's own type: the type-erased one of asio::ip::tcp::socket costs an indirection and a copy at each operation.
struct Socket::Stream {
  using Tcp = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;
  Tcp tcp;
};

Socket::Socket(asio::io_context& loop, OwnedSocket socket, Events& events)
    : stream_(new Stream{Stream::Tcp(loop.get_executor())}), events_(events) {
  // The family is only told to the kernel when a socket is made; for one that is there either will do.
  stream_->tcp.assign(asio::ip::tcp::v4(), socket.descriptor());
  socket.release();
  stream_->tcp.non_blocking(true);
}

Socket::~Socket() = default;

void Socket::receive(char* space, std::size_t bytes) {
  stream_->tcp.async_receive(asio::mutable_buffer(space, bytes),
                             [this](const Error& error, std::size_t received) { events_.on_received(received, outcome_of(error)); });
}

bool Socket::send_now(std::string_view first, std::string_view second, std::size_t& sent) {
  Error error;
  sent = second.empty() ? stream_->tcp.write_some(asio::const_buffer(first.data(), first.size()), error)
                        : stream_->tcp.write_some(buffers_of(first, second), error);
  return !error || error == asio::error::would_block || error == asio::error::try_again;
}

void Socket::send(std::string_view first, std::string_view second) {
  stream_->tcp.async_write_some(buffers_of(first, second),
                                [this](const Error& error, std::size_t sent) { events_.on_sent(sent, outcome_of(error)); });
}

std::size_t Socket::bytes_on_their_way() const {
  int bytes = 0;
  if (::ioctl(stream_->tcp.native_handle(), SIOCOUTQ, &bytes) != 0) return 0;
  return static_cast<std::size_t>(bytes);
}

void Socket::end_sending() {
  Error error;
  stream_->tcp.shutdown(asio::socket_base::shutdown_send, error);  // a peer that has gone is seen by the next receive
}

void Socket::close() {
  Error error;
  stream_->tcp.close(error);  // the descriptor is given back whatever the kernel says
}

}  // namespace dialin::http
