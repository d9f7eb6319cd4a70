#include "api/http/key_shape.h"

#include <algorithm>

namespace dialin::http {
namespace {

constexpr std::string_view kPrefix = "dk_";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct Piece {
  std::size_t begin = std::string_view::npos;  ///< behind the prefix
  std::size_t bytes = 0;
};

/// The first at or behind `from`.
Piece next_key(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find(kPrefix, from); at != std::string_view::npos; at = text.find(kPrefix, at + 1)) {
    const std::size_t begin = at + kPrefix.size();
    const std::size_t end = std::min(text.find_first_not_of(kBase64Url, begin), text.size());
    if (end - begin >= kKeyPieceBytesMin) return {begin, end - begin};
  }
  return {};
}

}  // namespace

bool holds_key(std::string_view text) {
  return next_key(text, 0).bytes > 0;
}

void hide_keys(std::string& text) {
  for (Piece key = next_key(text, 0); key.bytes > 0; key = next_key(text, key.begin)) text.replace(key.begin, key.bytes, "…");
}

}  // namespace dialin::http
