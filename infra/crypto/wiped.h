#pragma once
// Memory for secrets that is overwritten when it is let go. Any thread, one owner.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "domain/ids.h"

namespace dialin::crypto {

/// Overwrites with zeros, in a way that no optimiser takes out.
void wipe(void* bytes, std::size_t size);

/// A text whose every copy and remainder is wiped.
class WipedText {
 public:
  WipedText() = default;
  explicit WipedText(std::string text) : text_(std::move(text)) {}
  WipedText(WipedText&& other) noexcept : text_(std::move(other.text_)) { other.clear(); }
  WipedText& operator=(WipedText&& other) noexcept {
    clear();
    text_ = std::move(other.text_);
    other.clear();
    return *this;
  }
  WipedText(const WipedText&) = delete;
  WipedText& operator=(const WipedText&) = delete;
  ~WipedText() { clear(); }

  std::string_view view() const { return text_; }
  char* data() { return text_.data(); }

 private:
  void clear() {
    wipe(text_.data(), text_.capacity());  // short texts lie in the object itself, and moving leaves them there
    text_.clear();
  }
  std::string text_;
};

/// A key of 256 bits.
struct Key {
  Bytes32 bytes{};
  Key() = default;
  Key(const Key&) = default;
  Key& operator=(const Key&) = default;
  ~Key() { wipe(bytes.data(), bytes.size()); }
  friend bool operator==(const Key&, const Key&) = default;
};

}  // namespace dialin::crypto
