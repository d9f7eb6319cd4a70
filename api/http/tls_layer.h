#pragma once
// TLS over one accepted descriptor that does not block: plain bytes above, records below. Knows nothing of loops: each call does what can
// be done at once and says what it waits for. The Socket's; one io thread.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "api/http/hello_bound.h"

struct bio_st;
struct ssl_ctx_st;
struct ssl_st;

namespace dialin::http {

class TlsLayer {
 public:
  enum class Step : std::uint8_t {
    done,         ///< some bytes at least
    opened,       ///< read() only, once: the handshake is over
    wants_read,   ///< nothing before the descriptor is readable
    wants_write,  ///< nothing before it is writable
    end,          ///< the peer sends no more
    failed,       ///< for good
    plain,        ///< what came first is no TLS but a request in the clear: the layer is of no use
  };

  /// The descriptor stays the caller's.
  TlsLayer(ssl_ctx_st& context, int descriptor);
  ~TlsLayer();
  TlsLayer(const TlsLayer&) = delete;
  TlsLayer& operator=(const TlsLayer&) = delete;

  Step read(char* space, std::size_t bytes, std::size_t& got);
  /// Of an open one: what was received from the descriptor already, which the next read() takes first. It stays where it is until then.
  void arrived(std::string_view bytes) { arrived_ = bytes; }
  /// `first` and then `second`. After wants_…, and for what was left, the next call has the same bytes, wherever they are.
  Step write(std::string_view first, std::string_view second, std::size_t& sent);
  /// Whether read() may have something though the descriptor has not.
  bool holds_bytes() const;
  /// Tells the peer that no more comes, if that can be said at once. Whether it is said; when not, a later call may succeed.
  bool say_end();

  bool is_open() const { return is_open_; }
  // Once it is.
  bool is_resumed() const;
  /// The peer has shown a certificate that the context trusts.
  bool has_peer_certificate() const;

 private:
  friend struct TlsWire;

  Step open();
  Step begin();
  Step step_of(int outcome);

  const int descriptor_;
  ssl_st* const ssl_;
  HelloBound bound_;
  std::string_view arrived_;
  bool has_begun_ = false;  ///< OpenSSL has been asked
  bool is_at_end_ = false;  ///< the descriptor
  bool is_open_ = false;
  bool is_told_ = false;  ///< that it is open
  bool is_failed_ = false;
  bool is_write_unfinished_ = false;  ///< a record is with OpenSSL, and must be gone before anything else is written
  bool is_end_said_ = false;
};

}  // namespace dialin::http
