#pragma once
// Passes over the ID3v2 tags (titles, pictures) at the beginning of a stream, piece by piece, without keeping them: libmpg123 would hold a
// whole tag, which may be as long as the file.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dialin::media {

class LeadingTags {
 public:
  /// What of `bytes`, which come behind those given before, belongs to no tag; empty while tags go on.
  std::string_view past(std::string_view bytes);
  /// What looked like the beginning of a tag until past() saw that it was none: it stands before what that call gave. Given once.
  std::string_view take_held();

 private:
  static constexpr std::size_t kHeadBytes = 10;

  std::array<char, kHeadBytes> head_{};
  std::size_t head_bytes_ = 0;
  std::uint64_t left_in_tag_ = 0;
  bool is_past_ = false;
};

}  // namespace dialin::media
