#pragma once
// One accepted connection's bytes, and the only place that knows what carries them. One io thread. All calls that wait are answered
// by Events, from the io thread's loop, never from inside the call.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace dialin::http {

/// A descriptor on its way from the listener to its io thread; closed when nobody takes it.
class OwnedSocket {
 public:
  explicit OwnedSocket(int descriptor) : descriptor_(descriptor) {}
  OwnedSocket(OwnedSocket&& other) noexcept : descriptor_(other.release()) {}
  OwnedSocket& operator=(OwnedSocket&&) = delete;
  ~OwnedSocket();
  int descriptor() const { return descriptor_; }
  int release() {
    const int descriptor = descriptor_;
    descriptor_ = -1;
    return descriptor;
  }

 private:
  int descriptor_;
};

class Socket {
 public:
  enum class Outcome : std::uint8_t {
    ok,
    end,     ///< receive only: the peer sends no more; it may still listen
    failed,  ///< reset, timed out, or closed by us
  };
  class Events {
   public:
    virtual void on_received(std::size_t bytes, Outcome outcome) = 0;
    virtual void on_sent(std::size_t bytes, Outcome outcome) = 0;

   protected:
    ~Events() = default;
  };

  /// Throws std::runtime_error when the loop cannot watch one more. `events` must live until every receive() and send() was answered,
  /// close() or not.
  Socket(boost::asio::io_context& loop, OwnedSocket socket, Events& events);
  ~Socket();

  /// Some bytes into `space`; one at a time.
  void receive(char* space, std::size_t bytes);
  /// What the kernel takes at once of `first` and then `second`; 0 when nothing. False: the connection is gone.
  bool send_now(std::string_view first, std::string_view second, std::size_t& sent);
  /// As soon as the kernel takes some; one at a time. The bytes stay where they are until on_sent().
  void send(std::string_view first, std::string_view second);
  /// What was sent and the peer has not yet taken, as far as the kernel knows.
  std::size_t bytes_on_their_way() const;
  /// The peer gets an end of file behind what was sent.
  void end_sending();
  /// What is under way fails. Twice does nothing.
  void close();

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
  Events& events_;
};

}  // namespace dialin::http
