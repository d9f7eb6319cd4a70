#include "domain/sha256.h"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <new>

#include "domain/invariant.h"

namespace dialin {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

/// Fetched once for the process and never freed: finding the algorithm takes several times as long as hashing a key.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  invariant(fetched != nullptr, "OpenSSL has SHA-256");
  return fetched;
}

EVP_MD_CTX* context_of_thread() {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  if (!context) throw std::bad_alloc();
  return context.get();
}

EVP_MD_CTX* as_context(void* context) {
  return static_cast<EVP_MD_CTX*>(context);
}

}  // namespace

Sha256::Sha256() : context_(context_of_thread()) {
  invariant(EVP_DigestInit_ex2(as_context(context_), algorithm(), nullptr) == 1, "SHA-256 begins");
}

Sha256& Sha256::add(std::string_view bytes) {
  invariant(EVP_DigestUpdate(as_context(context_), bytes.data(), bytes.size()) == 1, "SHA-256 takes bytes");
  return *this;
}

Bytes32 Sha256::digest() {
  Bytes32 digest;
  invariant(EVP_DigestFinal_ex(as_context(context_), digest.data(), nullptr) == 1, "SHA-256 ends");
  return digest;
}

Bytes32 sha256(std::string_view bytes) {
  return Sha256().add(bytes).digest();
}

Bytes16 sha256_half(std::string_view bytes) {
  const Bytes32 whole = sha256(bytes);
  Bytes16 half;
  std::copy_n(whole.begin(), half.size(), half.begin());
  return half;
}

}  // namespace dialin
