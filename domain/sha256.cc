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

/// A thread's one context, and who has borrowed it.
struct Lent {
  Lent() : context(EVP_MD_CTX_new()) {
    if (!context) throw std::bad_alloc();
  }
  std::unique_ptr<EVP_MD_CTX, FreeContext> context;
  const Sha256* borrower = nullptr;
};

EVP_MD_CTX* context_of(void* borrowed, const Sha256* borrower) {
  Lent* const lent = static_cast<Lent*>(borrowed);
  invariant(lent->borrower == borrower, "one SHA-256 at a time in a thread");
  return lent->context.get();
}

}  // namespace

Sha256::Sha256() {
  thread_local Lent lent;
  lent.borrower = this;
  borrowed_ = &lent;
  invariant(EVP_DigestInit_ex2(lent.context.get(), algorithm(), nullptr) == 1, "SHA-256 begins");
}

Sha256& Sha256::add(std::string_view bytes) {
  invariant(EVP_DigestUpdate(context_of(borrowed_, this), bytes.data(), bytes.size()) == 1, "SHA-256 takes bytes");
  return *this;
}

Bytes32 Sha256::digest() {
  Bytes32 digest;
  invariant(EVP_DigestFinal_ex(context_of(borrowed_, this), digest.data(), nullptr) == 1, "SHA-256 ends");
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
