#pragma once
// One accepted connection's bytes, and the only place that knows what carries them: the descriptor itself, or TLS on it. One io thread. All
// calls that wait are answered by Events, from the io thread's loop, never from inside the call.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "api/http/descriptors.h"

namespace boost::asio {
class io_context;
}
struct ssl_ctx_st;

namespace dialin::http {

class Socket {
 public:
  enum class Outcome : std::uint8_t {
    ok,
    end,     ///< receive only: the peer sends no more; it may still listen
    failed,  ///< reset, timed out, closed by us, or no TLS that we speak
    plain,   ///< receive only: a request in the clear where TLS is spoken; what is sent from now on goes in the clear, too
  };
  class Events {
   public:
    virtual void on_received(std::size_t bytes, Outcome outcome) = 0;
    virtual void on_sent(std::size_t bytes, Outcome outcome) = 0;

   protected:
    ~Events() = default;
  };

  /// With `tls` it is opening first, which the first receive() brings about: it is answered with ok and no bytes when that is done.
  /// Throws std::runtime_error when the loop cannot watch one more. `events` must live until every receive() and send() was answered,
  /// close() or not.
  Socket(boost::asio::io_context& loop, OwnedDescriptor socket, Events& events, const std::shared_ptr<ssl_ctx_st>& tls);
  ~Socket();

  /// Some bytes into `space`; one at a time.
  void receive(char* space, std::size_t bytes);
  /// What the kernel takes at once of `first` and then `second`; 0 when nothing. False: the connection is gone.
  bool send_now(std::string_view first, std::string_view second, std::size_t& sent);
  /// As soon as the kernel takes some; one at a time. The bytes stay where they are until on_sent().
  void send(std::string_view first, std::string_view second);
  /// What was sent and the peer has not yet taken; absent when the kernel does not say.
  std::optional<std::size_t> bytes_on_their_way() const;
  /// The peer gets an end of file behind what was sent. When a peer takes so little that TLS cannot say so at once, with close().
  void end_sending();
  /// What is under way fails. Twice does nothing.
  void close();

  // Of TLS that is open; else false.
  bool is_resumed() const;    ///< by a ticket
  bool is_of_a_node() const;  ///< the peer has shown a certificate of the nodes' CA

 private:
  struct Stream;
  void read_tls();
  void receive_records();
  void write_tls();
  std::unique_ptr<Stream> stream_;
  Events& events_;
};

}  // namespace dialin::http
