// What an `hmac` may be: RFC 4648 base64 (section 4) in the one form that each secret has.

#include "domain/base64.h"
#include "domain/validate.h"

namespace dialin {
namespace {

constexpr std::size_t kSecretBytesMin = 16;
constexpr std::size_t kSecretBytesMax = 64;

}  // namespace

std::optional<BrokenRule> check_secret(std::string_view text) {
  const auto bytes = from_base64(text);
  if (!bytes || text.empty()) return BrokenRule{"must be base64 (RFC 4648: the standard alphabet, padded with =) of 16 to 64 bytes"};
  if (bytes->size() < kSecretBytesMin || bytes->size() > kSecretBytesMax) {
    return BrokenRule{"must be base64 of 16 to 64 bytes, not of " + std::to_string(bytes->size())};
  }
  return std::nullopt;
}

}  // namespace dialin
