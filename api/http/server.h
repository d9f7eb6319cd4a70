#pragma once
// The HTTP/1.1 server: listens, spreads connections over io threads, bounds everything, drains at the stop.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "api/http/handler.h"
#include "api/http/tls_context.h"
#include "domain/telemetry.h"

namespace dialin::http {

struct ServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;  ///< 0: any free one
  std::size_t threads = 2;
  std::size_t connections_max = 20'000;     ///< one more takes the place of the one longest of no use, or is answered 503
  std::size_t refused_max = 256;            ///< of those that are one too many, told so at the same time; the rest is closed without a word
  std::size_t connections_per_address = 0;  ///< of one Peer::neighbourhood(); one more is answered 503; 0: not bounded
  bool is_loopback_bounded = false;         ///< its connections count as an address's, too
  std::size_t target_bytes_max = 8 * 1024;  ///< else 414
  std::size_t header_bytes_max = 16 * 1024;  ///< else 431
  std::size_t body_bytes_max = 64 * 1024;    ///< else 413
  std::chrono::seconds header_timeout{10};   ///< from the first byte of a request to the end of its head; also for the handshake of TLS
  std::chrono::seconds body_timeout{20};
  std::chrono::seconds idle_timeout{75};  ///< between requests
  std::chrono::seconds send_timeout{20};  ///< a peer that takes nothing for so long is closed
  std::chrono::seconds drain_timeout{10};
  std::shared_ptr<const TlsContext> tls;  ///< null: in the clear
  bool may_be_reached = false;            ///< in the clear by other machines; else an address that they reach is not bound
};

class Server {
 public:
  /// Binds and listens; throws std::system_error (address in use, no permission, one that may not be reached …). Takes no requests before
  /// start().
  Server(ServerOptions options, Handler& handler, Telemetry& telemetry);
  ~Server();

  void start();
  std::uint16_t port() const;
  /// Closes the listener and idle connections, ends streams, lets requests in flight be answered (with `Connection: close`), at most
  /// drain_timeout. Blocks.
  void drain();
  /// Any thread: runs `work` on the io thread of that number. Nothing runs after drain().
  void post(std::size_t thread, std::function<void()> work);
  std::size_t threads() const;

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace dialin::http
