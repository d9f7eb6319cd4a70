#include "api/http/tls_layer.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

namespace dialin::http {
namespace {

constexpr unsigned char kHandshake = 22;  // RFC 8446, 5.1
constexpr unsigned char kClientHello = 1;
/// OpenSSL makes room for as much as the first message claims to be long, up to 128 KiB, before a byte of it is there.
constexpr std::size_t kHelloBytesMax = 16 * 1024;
constexpr std::size_t kRecordHeaderBytes = 5;

}  // namespace

/// What OpenSSL reads from and writes to. Not its own way with descriptors: that one has no place for the bytes that were looked at before,
/// and raises SIGPIPE.
struct TlsWire {
  static int read(BIO* bio, char* space, int bytes) {
    auto& layer = *static_cast<TlsLayer*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    if (layer.first_taken_ < layer.first_bytes_) {
      const int taken = std::min(bytes, layer.first_bytes_ - layer.first_taken_);
      std::memcpy(space, layer.first_ + layer.first_taken_, static_cast<std::size_t>(taken));
      layer.first_taken_ = static_cast<std::uint8_t>(layer.first_taken_ + taken);
      return taken;
    }
    const ssize_t got = ::recv(layer.descriptor_, space, static_cast<std::size_t>(bytes), 0);
    if (got == 0) layer.is_at_end_ = true;
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
    return static_cast<int>(got);
  }

  static int write(BIO* bio, const char* from, int bytes) {
    const auto& layer = *static_cast<TlsLayer*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    const ssize_t sent = ::send(layer.descriptor_, from, static_cast<std::size_t>(bytes), MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
    return static_cast<int>(sent);
  }

  static long control(BIO* bio, int command, long, void*) {
    if (command == BIO_CTRL_EOF) return static_cast<TlsLayer*>(BIO_get_data(bio))->is_at_end_ ? 1 : 0;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
  }

  static const BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      BIO_METHOD* const fresh = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "dialin");
      if (fresh == nullptr) throw std::bad_alloc();
      BIO_meth_set_read(fresh, read);
      BIO_meth_set_write(fresh, write);
      BIO_meth_set_ctrl(fresh, control);
      return fresh;
    }();
    return made;
  }
};

TlsLayer::TlsLayer(ssl_ctx_st& context, int descriptor) : descriptor_(descriptor), ssl_(SSL_new(&context)) {
  BIO* const wire = ssl_ == nullptr ? nullptr : BIO_new(TlsWire::method());
  if (wire == nullptr) {
    SSL_free(ssl_);
    throw std::bad_alloc();
  }
  BIO_set_data(wire, this);
  BIO_set_init(wire, 1);
  SSL_set_bio(ssl_, wire, wire);
  SSL_set_accept_state(ssl_);
}

TlsLayer::~TlsLayer() {
  SSL_free(ssl_);
}

TlsLayer::Step TlsLayer::step_of(int outcome) {
  switch (SSL_get_error(ssl_, outcome)) {
    case SSL_ERROR_WANT_READ:
      return Step::wants_read;
    case SSL_ERROR_WANT_WRITE:
      return Step::wants_write;
    case SSL_ERROR_ZERO_RETURN:
      return Step::end;
    default:
      ERR_clear_error();
      is_failed_ = true;
      return Step::failed;
  }
}

/// Looks at the first bytes before OpenSSL does.
TlsLayer::Step TlsLayer::begin() {
  while (first_bytes_ < kFirstBytes) {
    const ssize_t got = ::recv(descriptor_, first_ + first_bytes_, kFirstBytes - first_bytes_, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return Step::wants_read;
    if (got == 0 && first_bytes_ == 0) return Step::end;  // it came to see whether somebody listens
    if (got <= 0) return Step::failed;
    first_bytes_ = static_cast<std::uint8_t>(first_bytes_ + got);
    if (first_[0] >= 'A' && first_[0] <= 'Z') return Step::plain;
    if (first_[0] != kHandshake) break;  // OpenSSL has the words for it
  }
  if (first_[0] != kHandshake || first_bytes_ < kFirstBytes) return Step::done;
  const std::size_t record = std::size_t{first_[3]} << 8 | first_[4];
  const std::size_t hello = std::size_t{first_[6]} << 16 | std::size_t{first_[7]} << 8 | first_[8];
  // Nobody sends less than a message's head in the first record, but to hide how long the message will be.
  const bool is_fine = first_[kRecordHeaderBytes] == kClientHello && record >= kFirstBytes - kRecordHeaderBytes && hello <= kHelloBytesMax;
  return is_fine ? Step::done : Step::failed;
}

TlsLayer::Step TlsLayer::open() {
  if (first_taken_ == 0) {
    const Step begun = begin();
    if (begun == Step::failed) is_failed_ = true;
    if (begun != Step::done) return begun;
  }
  ERR_clear_error();
  const int outcome = SSL_do_handshake(ssl_);
  if (outcome != 1) {
    const Step step = step_of(outcome);
    return step == Step::end ? Step::failed : step;
  }
  is_open_ = true;
  return Step::done;
}

TlsLayer::Step TlsLayer::read(char* space, std::size_t bytes, std::size_t& got) {
  got = 0;
  if (is_failed_) return Step::failed;
  if (!is_open_) {
    if (const Step step = open(); step != Step::done) return step;
  }
  if (!is_told_) {
    is_told_ = true;
    return Step::opened;
  }
  ERR_clear_error();
  const int outcome = SSL_read_ex(ssl_, space, bytes, &got);
  return outcome == 1 ? Step::done : step_of(outcome);
}

TlsLayer::Step TlsLayer::write(std::string_view first, std::string_view second, std::size_t& sent) {
  sent = 0;
  if (is_failed_) return Step::failed;
  if (!is_open_) {
    if (const Step step = open(); step != Step::done) return step;
  }
  for (std::string_view rest : {first, second}) {
    while (!rest.empty()) {
      std::size_t taken = 0;
      ERR_clear_error();
      const int outcome = SSL_write_ex(ssl_, rest.data(), rest.size(), &taken);
      is_write_unfinished_ = outcome != 1;
      if (outcome != 1) {
        const Step step = step_of(outcome);
        return step == Step::wants_write && sent > 0 ? Step::done : step;
      }
      sent += taken;
      rest.remove_prefix(taken);
    }
  }
  return Step::done;
}

bool TlsLayer::holds_bytes() const {
  return (is_open_ && !is_told_) || SSL_has_pending(ssl_) == 1;
}

bool TlsLayer::say_end() {
  if (!is_open_ || is_failed_ || is_end_said_) return true;
  if (is_write_unfinished_) return false;
  ERR_clear_error();
  const int outcome = SSL_shutdown(ssl_);
  is_end_said_ = outcome >= 0 || step_of(outcome) != Step::wants_write;
  return is_end_said_;
}

bool TlsLayer::is_resumed() const {
  return SSL_session_reused(ssl_) == 1;
}

bool TlsLayer::has_peer_certificate() const {
  return SSL_get0_peer_certificate(ssl_) != nullptr && SSL_get_verify_result(ssl_) == X509_V_OK;
}

}  // namespace dialin::http
