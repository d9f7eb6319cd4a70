#include "api/http/tls_files.h"

#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "api/http/descriptors.h"

namespace dialin::http {
namespace {

/// Wiped when it goes: it may hold a key.
struct Pem {
  std::string text;
  Pem() = default;
  Pem(Pem&& other) noexcept : text(std::move(other.text)) {}
  Pem(const Pem&) = delete;
  Pem& operator=(const Pem&) = delete;
  ~Pem() { OPENSSL_cleanse(text.data(), text.size()); }
};

/// The fault of a system call that has just failed.
TlsFault unreadable(const std::string& file) {
  return {file + " cannot be read: " + std::generic_category().message(errno)};
}

Result<Pem, TlsFault> read_pem(const std::string& file) {
  // Opened before it is looked at, so that what is judged is what is read. O_NONBLOCK: opening a FIFO would wait for one that writes.
  const OwnedDescriptor opened(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (opened.number() < 0) return errno == ENOENT || errno == ENOTDIR ? TlsFault{file + " is missing"} : unreadable(file);
  struct stat status {};
  if (::fstat(opened.number(), &status) != 0) return unreadable(file);
  if (!S_ISREG(status.st_mode)) return TlsFault{file + " is not a regular file"};
  if (status.st_size > static_cast<off_t>(kTlsFileBytesMax)) {
    return TlsFault{file + " is larger than " + std::to_string(kTlsFileBytesMax) + " bytes, which no certificate or key is"};
  }
  Pem pem;
  pem.text.resize(static_cast<std::size_t>(status.st_size));
  std::size_t filled = 0;
  while (filled < pem.text.size()) {
    const ssize_t got = ::read(opened.number(), pem.text.data() + filled, pem.text.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable(file);
    if (got == 0) break;  // cut meanwhile: what is left is judged as it is
    filled += static_cast<std::size_t>(got);
  }
  pem.text.resize(filled);
  return pem;
}

using OwnedBio = std::unique_ptr<BIO, decltype(&BIO_free)>;

OwnedBio reading(const Pem& pem) {
  return {BIO_new_mem_buf(pem.text.data(), static_cast<int>(pem.text.size())), &BIO_free};
}

/// Without it the terminal would be asked.
int no_passphrase(char*, int, int, void* was_asked) {
  *static_cast<bool*>(was_asked) = true;
  return -1;
}

}  // namespace

std::string tls_error() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : code == 0 ? "the connection ended" : "error " + std::to_string(ERR_GET_REASON(code));
}

Result<std::vector<std::shared_ptr<x509_st>>, TlsFault> read_certificates(const std::string& file) {
  const auto pem = read_pem(file);
  if (!pem) return pem.error();
  ERR_clear_error();
  const OwnedBio bio = reading(*pem);
  std::vector<std::shared_ptr<x509_st>> found;
  while (X509* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) found.emplace_back(certificate, &X509_free);
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
    return TlsFault{file + " holds a certificate that cannot be read: " + tls_error()};
  ERR_clear_error();
  if (found.empty()) return TlsFault{file + " holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)"};
  return found;
}

Result<std::shared_ptr<evp_pkey_st>, TlsFault> read_private_key(const std::string& file) {
  const auto pem = read_pem(file);
  if (!pem) return pem.error();
  ERR_clear_error();
  const OwnedBio bio = reading(*pem);
  bool is_encrypted = false;
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, &is_encrypted);
  if (key != nullptr) return std::shared_ptr<evp_pkey_st>(key, &EVP_PKEY_free);
  if (is_encrypted) return TlsFault{file + " is encrypted; a key must stand in the clear ('openssl pkey -in FILE -out FILE' writes it so)"};
  // OpenSSL has one word for it whether there is no key or a broken one.
  if (pem->text.find("PRIVATE KEY-----") == std::string::npos) {
    ERR_clear_error();
    return TlsFault{file + " holds no private key in PEM form (-----BEGIN PRIVATE KEY-----)"};
  }
  return TlsFault{file + " holds a private key that cannot be read: " + tls_error()};
}

}  // namespace dialin::http
