#include "infra/crypto/base64.h"

#include <algorithm>
#include <cstring>

#include "domain/base64.h"

namespace dialin::crypto {
namespace {

std::string encode(const Key& key) {
  std::string text;
  append_base64({reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()}, text);
  return text;
}

}  // namespace

WipedText to_base64(const Key& key) {
  return WipedText(encode(key));
}

std::optional<Key> key_from_base64(std::string_view text) {
  auto bytes = from_base64(text);
  if (!bytes) return std::nullopt;
  const WipedText clear(std::move(*bytes));
  Key key;
  if (clear.view().size() != key.bytes.size()) return std::nullopt;
  std::memcpy(key.bytes.data(), clear.view().data(), key.bytes.size());
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
