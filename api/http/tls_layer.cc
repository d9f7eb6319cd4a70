#include "api/http/tls_layer.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <cerrno>
#include <new>

namespace dialin::http {

/// What OpenSSL reads from and writes to. Not its own way with descriptors: there nobody could look at the bytes before OpenSSL does, and
/// that one raises SIGPIPE.
struct TlsWire {
  static int read(BIO* bio, char* space, int bytes) {
    auto& layer = *static_cast<TlsLayer*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    if (!layer.arrived_.empty()) {
      const std::size_t taken = layer.arrived_.copy(space, static_cast<std::size_t>(bytes));
      layer.arrived_.remove_prefix(taken);
      return static_cast<int>(taken);
    }
    const ssize_t got = ::recv(layer.descriptor_, space, static_cast<std::size_t>(bytes), 0);
    if (got == 0) layer.is_at_end_ = true;
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
    // TLS 1.2 has no second hello, and encrypts handshake messages under the type of those in the clear.
    const bool is_looked_at = got > 0 && !layer.is_open_ && SSL_version(layer.ssl_) == TLS1_3_VERSION;
    if (is_looked_at && !layer.bound_.allows({space, static_cast<std::size_t>(got)})) return -1;
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

namespace {

/// OpenSSL asks the thread's queue of errors what befell a call, so that it must be empty before. To clear one that is empty costs 2 %
/// of a small answer.
void forget_errors() {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

}  // namespace

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

/// Looks at the first byte before OpenSSL does.
TlsLayer::Step TlsLayer::begin() {
  char first = 0;
  ssize_t got = 0;
  do {
    got = ::recv(descriptor_, &first, 1, MSG_PEEK);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return errno == EAGAIN ? Step::wants_read : Step::failed;
  if (got == 0) return Step::end;  // it came to see whether somebody listens
  has_begun_ = true;
  return first >= 'A' && first <= 'Z' ? Step::plain : Step::done;
}

TlsLayer::Step TlsLayer::open() {
  if (!has_begun_) {
    const Step begun = begin();
    if (begun == Step::failed) is_failed_ = true;
    if (begun != Step::done) return begun;
  }
  forget_errors();
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
  forget_errors();
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
      forget_errors();
      const int outcome = SSL_write_ex(ssl_, rest.data(), rest.size(), &taken);
      is_write_unfinished_ = outcome != 1;
      if (outcome != 1) {
        // What was taken is told first, whatever comes next: the next call finds that again.
        const Step step = step_of(outcome);
        return sent > 0 ? Step::done : step;
      }
      sent += taken;
      rest.remove_prefix(taken);
    }
  }
  return Step::done;
}

bool TlsLayer::holds_bytes() const {
  return (is_open_ && !is_told_) || !arrived_.empty() || SSL_has_pending(ssl_) == 1;
}

bool TlsLayer::say_end() {
  if (!is_open_ || is_failed_ || is_end_said_) return true;
  if (is_write_unfinished_) return false;
  forget_errors();
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
