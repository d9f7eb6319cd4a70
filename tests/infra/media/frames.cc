#include "infra/media/frames.h"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace dialin::media {
namespace {

constexpr std::array<unsigned, 15> kRatesV1 = {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320};
constexpr std::array<unsigned, 15> kRatesV2 = {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160};
constexpr std::array<unsigned, 15> kRatesV1LayerII = {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384};

template <class Table>
unsigned index_of(const Table& table, unsigned value) {
  const auto found = std::find(table.begin(), table.end(), value);
  if (found == table.end()) throw std::logic_error("no such rate: " + std::to_string(value));
  return static_cast<unsigned>(found - table.begin());
}

std::array<unsigned, 3> sampling_rates(Mpeg version) {
  const unsigned part = version == Mpeg::v1 ? 1 : version == Mpeg::v2 ? 2 : 4;
  return {44'100 / part, 48'000 / part, 32'000 / part};
}

void put_big_endian(std::uint32_t value, std::string& out) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xFF);
}

}  // namespace

unsigned samples_of(const Frame& frame) {
  return frame.version == Mpeg::v1 || frame.layer == 2 ? 1152 : 576;
}

std::string frame(const Frame& wanted) {
  const auto& bitrates = wanted.version != Mpeg::v1 ? kRatesV2 : wanted.layer == 2 ? kRatesV1LayerII : kRatesV1;
  const unsigned version = static_cast<unsigned>(wanted.version);
  std::string made = "\xFF";
  made += static_cast<char>(0xE0 | version << 3 | (4 - wanted.layer) << 1 | 1);
  made += static_cast<char>(index_of(bitrates, wanted.bitrate_kbps) << 4 | index_of(sampling_rates(wanted.version), wanted.rate) << 2 |
                            (wanted.is_padded ? 2U : 0U));
  made += static_cast<char>(wanted.is_mono ? 0xC0 : 0x00);
  made.resize(samples_of(wanted) / 8 * wanted.bitrate_kbps * 1000 / wanted.rate + (wanted.is_padded ? 1 : 0), '\0');
  return made;
}

std::string frames(const Frame& wanted, std::size_t count) {
  const std::string one = frame(wanted);
  std::string all;
  all.reserve(one.size() * count);
  for (std::size_t i = 0; i < count; ++i) all += one;
  return all;
}

std::string xing_frame(const Frame& wanted, std::uint32_t frames, std::uint32_t bytes) {
  std::string claim = "Xing";
  put_big_endian(3, claim);  // both are given
  put_big_endian(frames, claim);
  put_big_endian(bytes, claim);
  std::string made = frame(wanted);
  const std::size_t side = wanted.version == Mpeg::v1 ? (wanted.is_mono ? 17 : 32) : (wanted.is_mono ? 9 : 17);
  made.replace(4 + side, claim.size(), claim);
  return made;
}

std::string id3v2_tag(std::size_t body_bytes, std::size_t claimed) {
  std::string tag("ID3\x04\0\0", 6);
  for (int shift = 21; shift >= 0; shift -= 7) tag += static_cast<char>(claimed >> shift & 0x7F);
  return tag + std::string(body_bytes, '\0');
}

std::string id3v1_tag() {
  std::string tag = "TAG";
  tag.resize(128, ' ');
  return tag;
}

}  // namespace dialin::media
