#pragma once
// MPEG audio made by hand: frames of silence, which is all zero behind the header (ISO/IEC 11172-3 and 13818-3, layer III).

#include <cstdint>
#include <string>

namespace dialin::media {

/// The two bits of a header that tell the version. 2.5 is a common extension to lower rates.
enum class Mpeg : std::uint8_t { v2_5 = 0, v2 = 2, v1 = 3 };

struct Frame {
  Mpeg version = Mpeg::v1;
  unsigned bitrate_kbps = 128;
  unsigned rate = 44'100;
  bool is_mono = false;
  unsigned layer = 3;
  bool is_padded = false;
};

/// One frame, complete. The rates must be of the tables of its version.
std::string frame(const Frame& wanted);
unsigned samples_of(const Frame& frame);
/// So many frames in a row.
std::string frames(const Frame& wanted, std::size_t count);
/// A frame whose body claims so many frames and bytes for the stream behind it.
std::string xing_frame(const Frame& wanted, std::uint32_t frames, std::uint32_t bytes);
/// A tag of that size with nothing in it; `claimed` bytes are said to follow.
std::string id3v2_tag(std::size_t body_bytes, std::size_t claimed);
std::string id3v1_tag();

}  // namespace dialin::media
