#include "infra/crypto/wiped.h"

#include <openssl/crypto.h>

namespace dialin::crypto {

void wipe(void* bytes, std::size_t size) {
  OPENSSL_cleanse(bytes, size);
}

}  // namespace dialin::crypto
