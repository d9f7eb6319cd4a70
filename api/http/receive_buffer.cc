#include "api/http/receive_buffer.h"

#include <cstring>

namespace dialin::http {

char* ReceiveBuffer::begin_receive() {
  receiving_at_ = end_;
  return memory_.get() + end_;
}

void ReceiveBuffer::received(std::size_t bytes) {
  if (receiving_at_ != end_) std::memmove(memory_.get() + end_, memory_.get() + receiving_at_, bytes);
  end_ += bytes;
}

void ReceiveBuffer::reserve(std::size_t bytes) {
  const std::size_t held = size();
  const bool too_small = capacity_ < bytes;
  const bool too_big = held == 0 && capacity_ > 4 * bytes;
  if (too_small || too_big) {
    auto memory = std::make_unique_for_overwrite<char[]>(bytes);
    if (held > 0) std::memcpy(memory.get(), data(), held);
    memory_ = std::move(memory);
    capacity_ = bytes;
  } else if (held > 0 && begin_ > 0) {
    std::memmove(memory_.get(), data(), held);
  }
  begin_ = 0;
  end_ = held;
}

}  // namespace dialin::http
