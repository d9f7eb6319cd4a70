#include "infra/crypto/base64.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace dialin::crypto {
namespace {

constexpr std::size_t kText_bytes = 44;
constexpr std::size_t kDecoded_bytes = 33;  // OpenSSL counts what the padding stands for, too

std::string encode(const Key& key) {
  std::string text(kText_bytes + 1, '\0');  // OpenSSL ends it with a NUL
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), key.bytes.data(), static_cast<int>(key.bytes.size()));
  text.resize(kText_bytes);
  return text;
}

}  // namespace

WipedText to_base64(const Key& key) {
  return WipedText(encode(key));
}

std::optional<Key> key_from_base64(std::string_view text) {
  if (text.size() != kText_bytes) return std::nullopt;
  std::array<unsigned char, kDecoded_bytes> decoded{};
  const int size = EVP_DecodeBlock(decoded.data(), reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  Key key;
  std::memcpy(key.bytes.data(), decoded.data(), key.bytes.size());
  wipe(decoded.data(), decoded.size());
  if (size != static_cast<int>(kDecoded_bytes) || to_base64(key).view() != text) return std::nullopt;
  return key;
}

std::string to_base64url(const Key& key) {
  std::string text = encode(key);
  text.pop_back();
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

}  // namespace dialin::crypto
