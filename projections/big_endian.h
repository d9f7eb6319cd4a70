#pragma once
// Numbers as they stand in the views: big-endian, so that keys sort by them. Reading checks that the bytes are there.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include "domain/view_store.h"

namespace dialin::projections {

/// Appends the lowest `bytes` bytes of `number`.
inline void append_number(std::string& out, std::uint64_t number, std::size_t bytes) {
  static_assert(std::endian::native == std::endian::little);
  const std::uint64_t turned = __builtin_bswap64(number);
  out.append(reinterpret_cast<const char*>(&turned) + sizeof turned - bytes, bytes);
}

/// Takes values off the front of stored bytes. Throws StoreFailure when they end too early: the store is damaged.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : rest_(bytes) {}

  std::string_view take(std::size_t size) {
    if (size > rest_.size()) throw StoreFailure("an entry of the views is too short");
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::uint64_t number(std::size_t bytes) {
    std::uint64_t result = 0;
    for (const char c : take(bytes)) result = result << 8 | static_cast<unsigned char>(c);
    return result;
  }
  template <class Array>
  Array array() {
    Array result;
    const std::string_view taken = take(result.size());
    std::copy(taken.begin(), taken.end(), result.begin());
    return result;
  }
  std::string_view rest() const { return rest_; }
  void require_end() const {
    if (!rest_.empty()) throw StoreFailure("an entry of the views is too long");
  }

 private:
  std::string_view rest_;
};

}  // namespace dialin::projections
