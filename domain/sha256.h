#pragma once
// SHA-256 (FIPS 180-4), by OpenSSL. Any thread; keeps one context a thread, because fetching the algorithm costs more than hashing.

#include <string_view>

#include "domain/ids.h"

namespace dialin {

/// Feeds pieces, then yields the digest. Cheap to make: it borrows the thread's context, so one at a time in a thread: whoever goes on with
/// one after another was begun there breaks an invariant.
class Sha256 {
 public:
  Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  Sha256& add(std::string_view bytes);
  Bytes32 digest();  ///< once

 private:
  void* borrowed_;
};

Bytes32 sha256(std::string_view bytes);
/// The first 16 bytes: enough to tell requests and keys apart.
Bytes16 sha256_half(std::string_view bytes);

}  // namespace dialin
