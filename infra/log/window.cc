#include "infra/log/window.h"

#include <algorithm>

namespace dialin::log {

Result<std::string_view, Errno> Window::bytes(std::uint64_t offset, std::size_t size) {
  const bool inside = offset >= begin_ && offset + size <= begin_ + filled_;
  if (!inside) {
    const bool reads_on = filled_ > 0 && offset >= begin_ && offset <= begin_ + filled_;
    next_size_ = reads_on ? std::min(next_size_ * 2, kBlockBytesMax) : kBlockBytesMin;
    const std::size_t wanted = std::max(size, next_size_);
    if (block_.size() < wanted) block_.resize(wanted);
    filled_ = 0;
    begin_ = offset;
    const auto got = file_->read(block_.data(), wanted, offset);
    if (!got) return got.error();
    filled_ = *got;
  }
  const std::size_t at = static_cast<std::size_t>(offset - begin_);
  return std::string_view(block_.data() + at, std::min(size, filled_ - at));
}

void Window::release() {
  forget();
  block_ = {};
}

}  // namespace dialin::log
