#include "api/http/hello_bound.h"

#include <algorithm>

namespace dialin::http {
namespace {

// RFC 8446, 5.1: a type, a version of two bytes, a length of two. 4: a type, a length of three.
constexpr std::uint8_t kRecordHeadBytes = 5;
constexpr std::uint8_t kMessageHeadBytes = 4;
constexpr std::uint8_t kTypeMin = 20;  // change_cipher_spec
constexpr std::uint8_t kHandshake = 22;
constexpr std::uint8_t kTypeMax = 23;  // application_data
constexpr std::uint8_t kClientHello = 1;

std::uint8_t first_of(std::string_view bytes) {
  return static_cast<std::uint8_t>(bytes.front());
}

}  // namespace

bool HelloBound::allows(std::string_view bytes) {
  while (!bytes.empty()) {
    std::size_t taken = 1;
    if (record_left_ == 0) {
      record_head_ = record_head_ << 8 | first_of(bytes);
      if (++record_head_bytes_ == kRecordHeadBytes) {
        const auto type = static_cast<std::uint8_t>(record_head_ >> 32);
        if (type < kTypeMin || type > kTypeMax) return false;
        is_handshake_ = type == kHandshake;
        record_left_ = record_head_ & 0xFFFF;
        record_head_bytes_ = 0;
      }
    } else if (is_handshake_ && message_left_ == 0) {
      message_head_ = message_head_ << 8 | first_of(bytes);
      --record_left_;
      if (++message_head_bytes_ == kMessageHeadBytes) {
        message_left_ = message_head_ & 0xFFFFFF;
        if (message_head_ >> 24 != kClientHello || message_left_ > kHelloBytesMax) return false;
        message_head_bytes_ = 0;
      }
    } else {
      taken = std::min(bytes.size(), is_handshake_ ? std::min(record_left_, message_left_) : record_left_);
      record_left_ -= taken;
      if (is_handshake_) message_left_ -= taken;
    }
    bytes.remove_prefix(taken);
  }
  return true;
}

}  // namespace dialin::http
