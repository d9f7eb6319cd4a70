#include "api/http/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <array>
#include <ctime>

namespace dialin::http {
namespace {

using Context = std::shared_ptr<ssl_ctx_st>;
using Certificates = std::vector<std::shared_ptr<x509_st>>;

/// Of TLS 1.2; those of 1.3 are all sound. Forward secrecy and authenticated encryption, nothing else.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
/// RFC 7301: a length, then the name.
constexpr std::array<unsigned char, 9> kHttp11 = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
constexpr std::array<unsigned char, 6> kSessionContext = {'d', 'i', 'a', 'l', 'i', 'n'};
/// A caller that comes back within it saves the signature.
constexpr long kTicketSeconds = 3600;
/// Of a peer's certificates: what a stranger may make this process keep.
constexpr long kPeerCertificateBytesMax = 16 * 1024;
constexpr std::int64_t kWarnBefore_s = 7 * 24 * 3600;

int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_bytes, const unsigned char* in, unsigned in_bytes, void*) {
  unsigned char* chosen = nullptr;
  const int found = SSL_select_next_proto(&chosen, out_bytes, kHttp11.data(), kHttp11.size(), in, in_bytes);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

Result<Context, TlsFault> context_of(const SSL_METHOD* method) {
  ERR_clear_error();
  Context context(SSL_CTX_new(method), &SSL_CTX_free);
  if (!context) return TlsFault{"TLS cannot be set up: " + tls_error()};
  if (SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) != 1 || SSL_CTX_set_cipher_list(context.get(), kCiphers) != 1) {
    return TlsFault{"TLS cannot be set up: " + tls_error()};
  }
  return context;
}

/// The one own certificate, its key, and what leads to its root.
Result<void, TlsFault> identify(const Context& context, const TlsFiles& files, const Certificates& chain, EVP_PKEY& key) {
  ERR_clear_error();
  if (X509_check_private_key(chain.front().get(), &key) != 1) {
    ERR_clear_error();
    return TlsFault{"the certificate in " + files.certificate + " is not that of the key in " + files.key};
  }
  if (SSL_CTX_use_certificate(context.get(), chain.front().get()) != 1) {
    return TlsFault{files.certificate + " cannot be used: " + tls_error()};
  }
  if (SSL_CTX_use_PrivateKey(context.get(), &key) != 1) return TlsFault{files.key + " cannot be used: " + tls_error()};
  for (auto next = chain.begin() + 1; next != chain.end(); ++next) {
    if (SSL_CTX_add1_chain_cert(context.get(), next->get()) != 1) {
      return TlsFault{files.certificate + " cannot be used: certificate " + std::to_string(next - chain.begin() + 1) + ": " + tls_error()};
    }
  }
  return {};
}

Result<void, TlsFault> trust(const Context& context, const Certificates& authorities, const std::string& file) {
  X509_STORE* store = SSL_CTX_get_cert_store(context.get());
  for (const auto& authority : authorities) {
    if (X509_STORE_add_cert(store, authority.get()) != 1) return TlsFault{file + " cannot be used: " + tls_error()};
  }
  // Who names an intermediate authority means that one, without its root.
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  return {};
}

void set_for_accepting(SSL_CTX& context) {
  // A client that closes without a word is no attack here: a request says how long it is.
  SSL_CTX_set_options(&context, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(&context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // With it one call would go on for as long as a peer sends key updates.
  SSL_CTX_clear_mode(&context, SSL_MODE_AUTO_RETRY);
  // A record and its header in one read. The Socket rests on it, too: of what it has received nothing is left behind by a read that wants
  // more.
  SSL_CTX_set_read_ahead(&context, 1);
  SSL_CTX_set_alpn_select_cb(&context, choose_protocol, nullptr);
  // Tickets keep what is to be resumed with the client, so that nothing grows here.
  SSL_CTX_set_session_cache_mode(&context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(&context, 1);
  SSL_CTX_set_timeout(&context, kTicketSeconds);
  SSL_CTX_set_session_id_context(&context, kSessionContext.data(), kSessionContext.size());
  SSL_CTX_set_max_cert_list(&context, kPeerCertificateBytesMax);
}

/// Whoever shows a certificate must show one of these; whoever shows none is a caller like others.
Result<void, TlsFault> know_nodes(const Context& context, const Certificates& authorities, const std::string& file) {
  if (const auto trusted = trust(context, authorities, file); !trusted) return trusted.error();
  for (const auto& authority : authorities) {
    if (SSL_CTX_add_client_CA(context.get(), authority.get()) != 1) return TlsFault{file + " cannot be used: " + tls_error()};
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  return {};
}

std::int64_t seconds_of(const ASN1_TIME* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? ::timegm(&parts) : 0;
}

std::vector<std::string> warnings_of(const TlsFiles& files, X509& certificate) {
  std::vector<std::string> warnings;
  const std::int64_t now = std::time(nullptr);
  const std::int64_t left = seconds_of(X509_get0_notAfter(&certificate)) - now;
  if (left < 0) {
    warnings.push_back("the certificate in " + files.certificate + " has expired: callers will refuse it");
  } else if (left < kWarnBefore_s) {
    warnings.push_back("the certificate in " + files.certificate + " expires in " + std::to_string(left / 3600) + " hours");
  }
  if (seconds_of(X509_get0_notBefore(&certificate)) > now) {
    warnings.push_back("the certificate in " + files.certificate + " is not valid yet: callers will refuse it");
  }
  struct stat status {};
  if (::stat(files.key.c_str(), &status) == 0 && (status.st_mode & S_IROTH) != 0) {
    warnings.push_back("everybody on this machine may read the key in " + files.key + ": chmod o= " + files.key);
  }
  return warnings;
}

}  // namespace

Result<std::shared_ptr<ssl_ctx_st>, TlsFault> calling_context(const std::string& ca_file) {
  auto context = context_of(TLS_client_method());
  if (!context) return context.error();
  SSL_CTX_set_verify(context->get(), SSL_VERIFY_PEER, nullptr);
  if (ca_file.empty()) {
    if (SSL_CTX_set_default_verify_paths(context->get()) != 1) return TlsFault{"the system's authorities cannot be read: " + tls_error()};
    return context;
  }
  const auto authorities = read_certificates(ca_file);
  if (!authorities) return authorities.error();
  if (const auto trusted = trust(*context, *authorities, ca_file); !trusted) return trusted.error();
  return context;
}

Result<ssl_st*, TlsFault> calling_connection(ssl_ctx_st& context, const std::string& host) {
  ERR_clear_error();
  std::unique_ptr<SSL, decltype(&SSL_free)> made(SSL_new(&context), &SSL_free);
  if (!made) return TlsFault{"a TLS connection cannot be set up: " + tls_error()};
  const bool is_address = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(made.get()), host.c_str()) == 1;
  ERR_clear_error();
  if (!is_address && (SSL_set1_host(made.get(), host.c_str()) != 1 || SSL_set_tlsext_host_name(made.get(), host.c_str()) != 1)) {
    return TlsFault{host + " cannot be asked for by TLS: " + tls_error()};
  }
  return made.release();
}

std::string certificate_fault(const ssl_st& connection) {
  const long found = SSL_get_verify_result(&connection);
  return found == X509_V_OK ? "" : std::string("its certificate is refused: ") + X509_verify_cert_error_string(found);
}

Result<TlsContext::InForce, TlsFault> TlsContext::read(const TlsFiles& files) {
  const auto chain = read_certificates(files.certificate);
  if (!chain) return chain.error();
  const auto key = read_private_key(files.key);
  if (!key) return key.error();
  auto accepting = context_of(TLS_server_method());
  if (!accepting) return accepting.error();
  set_for_accepting(**accepting);
  if (const auto identified = identify(*accepting, files, *chain, **key); !identified) return identified.error();
  auto calling = calling_context(files.node_ca);
  if (!calling) return calling.error();
  if (!files.node_ca.empty()) {
    const auto authorities = read_certificates(files.node_ca);
    if (!authorities) return authorities.error();
    if (const auto known = know_nodes(*accepting, *authorities, files.node_ca); !known) return known.error();
    if (const auto identified = identify(*calling, files, *chain, **key); !identified) return identified.error();
  }
  X509& own = *chain->front();
  return InForce{std::move(*accepting), std::move(*calling), seconds_of(X509_get0_notAfter(&own)), warnings_of(files, own)};
}

Result<std::shared_ptr<TlsContext>, TlsFault> TlsContext::load(TlsFiles files) {
  std::shared_ptr<TlsContext> made(new TlsContext(std::move(files)));
  if (const auto read = made->reload(); !read) return read.error();
  return made;
}

Result<void, TlsFault> TlsContext::reload() {
  const std::lock_guard one_at_a_time(reloading_);
  auto fresh = read(files_);
  if (!fresh) return fresh.error();
  const std::lock_guard lock(mutex_);
  std::swap(in_force_, *fresh);
  return {};
}

std::shared_ptr<ssl_ctx_st> TlsContext::accepting() const {
  const std::lock_guard lock(mutex_);
  return in_force_.accepting;
}
std::shared_ptr<ssl_ctx_st> TlsContext::calling() const {
  const std::lock_guard lock(mutex_);
  return in_force_.calling;
}
std::int64_t TlsContext::expires_at() const {
  const std::lock_guard lock(mutex_);
  return in_force_.expires_at;
}
std::vector<std::string> TlsContext::warnings() const {
  const std::lock_guard lock(mutex_);
  return in_force_.warnings;
}

}  // namespace dialin::http
