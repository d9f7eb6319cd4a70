#pragma once
// Reads along while a client opens TLS, and tells when it claims to send a hello that is longer than any client's: OpenSSL makes room for
// what is claimed, up to 128 KiB, before a byte of it is there. For TlsLayer, which shows OpenSSL nothing of such a hello. One io thread.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dialin::http {

/// Of each hello, since there may be a second one (RFC 8446, 4.1.4). It is all that a client sends in the clear, but for what TLS 1.2 goes
/// on with: that, and what is encrypted, OpenSSL itself holds to less, and certificates to what tls_context.cc says.
class HelloBound {
 public:
  static constexpr std::size_t kHelloBytesMax = 16 * 1024;

  /// The next bytes of the client's, in whatever pieces they come. False when a hello claims more, another message of the handshake
  /// comes, or this is no TLS (RFC 8446, 5.1); nothing may be asked then.
  bool allows(std::string_view bytes);

 private:
  std::uint64_t record_head_ = 0;  ///< the bytes that are here, the last one lowest
  std::uint32_t message_head_ = 0;
  std::size_t record_left_ = 0;   ///< bytes that are still to come
  std::size_t message_left_ = 0;  ///< may go on in the next record
  std::uint8_t record_head_bytes_ = 0;
  std::uint8_t message_head_bytes_ = 0;
  bool is_handshake_ = false;  ///< the record
};

}  // namespace dialin::http
