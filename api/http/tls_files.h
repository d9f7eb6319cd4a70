#pragma once
// Certificates and keys as operators keep them: PEM files. Every fault is a sentence that names the file and what is wrong with it.
// Any thread.

#include <memory>
#include <string>
#include <vector>

#include "domain/result.h"

struct evp_pkey_st;
struct x509_st;

namespace dialin::http {

struct TlsFault {
  std::string text;
};

constexpr std::size_t kTlsFileBytesMax = 1024 * 1024;

/// All of the file, in its order; at least one.
Result<std::vector<std::shared_ptr<x509_st>>, TlsFault> read_certificates(const std::string& file);
/// The first one; it must stand in the clear, since nobody is there to be asked for a passphrase.
Result<std::shared_ptr<evp_pkey_st>, TlsFault> read_private_key(const std::string& file);

/// What OpenSSL says of the last thing that failed on this thread, which is forgotten then; never empty.
std::string tls_error();

}  // namespace dialin::http
