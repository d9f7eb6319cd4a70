#pragma once
// Numbers as they stand in the chain file: little-endian, unaligned.

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <type_traits>

namespace dialin::log {

static_assert(std::endian::native == std::endian::little, "the chain file is read and written without swapping bytes");

template <class Number>
void put(std::string& out, std::type_identity_t<Number> number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

template <class Number>
void put_at(char* out, std::type_identity_t<Number> number) {
  std::memcpy(out, &number, sizeof number);
}

template <class Number>
Number get(const char* bytes) {
  Number number;
  std::memcpy(&number, bytes, sizeof number);
  return number;
}

}  // namespace dialin::log
