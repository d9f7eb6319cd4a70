#pragma once
// The listening socket: accepts what comes and gives it to the io threads in turn. Made and ended by the Server; accepts on the first
// io thread.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "api/http/core.h"
#include "api/http/peer.h"
#include "api/http/socket.h"

namespace dialin::http {

class Listener {
 public:
  using Take = std::function<void(OwnedDescriptor, const Peer&)>;
  /// Binds and listens; throws std::system_error.
  Listener(boost::asio::io_context& loop, Core& core);
  ~Listener();

  std::uint16_t port() const;
  /// All below: on the loop's thread, start() also before it runs. `take` gets each connection, not counted yet.
  void start(Take take);
  void close();

 private:
  struct Door;
  void wait();
  void accept();
  void pause(int error);

  Core& core_;
  std::unique_ptr<Door> door_;
  Take take_;
  bool is_short_ = false;  ///< of descriptors or memory, and it was said
};

}  // namespace dialin::http
