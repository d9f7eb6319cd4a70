#include "infra/media/id3v2.h"

#include <algorithm>
#include <utility>

namespace dialin::media {
namespace {

constexpr std::string_view kMark = "ID3";
constexpr std::uint8_t kHasFooter = 0x10;

std::uint8_t byte_of(char c) {
  return static_cast<std::uint8_t>(c);
}

}  // namespace

// The head of a tag (ID3v2.4, section 3.1): "ID3", two bytes of version, one of flags, and the length in four bytes of 7 bits each.
std::string_view LeadingTags::past(std::string_view bytes) {
  while (!is_past_ && !bytes.empty()) {
    const auto in_tag = static_cast<std::size_t>(std::min<std::uint64_t>(left_in_tag_, bytes.size()));
    bytes.remove_prefix(in_tag);
    left_in_tag_ -= in_tag;
    while (head_bytes_ < kHeadBytes && !bytes.empty()) {
      head_[head_bytes_++] = bytes.front();
      bytes.remove_prefix(1);
      const std::size_t checked = std::min(head_bytes_, kMark.size());
      if (std::string_view(head_.data(), checked) != kMark.substr(0, checked)) {
        is_past_ = true;
        return bytes;
      }
    }
    if (head_bytes_ < kHeadBytes) break;
    left_in_tag_ = (head_[5] & kHasFooter) != 0 ? kHeadBytes : 0;
    std::uint64_t length = 0;
    for (std::size_t i = 6; i < kHeadBytes; ++i) length = length << 7 | (byte_of(head_[i]) & 0x7F);
    left_in_tag_ += length;
    head_bytes_ = 0;
  }
  return bytes;
}

std::string_view LeadingTags::take_held() {
  return {head_.data(), is_past_ ? std::exchange(head_bytes_, 0) : 0};
}

}  // namespace dialin::media
