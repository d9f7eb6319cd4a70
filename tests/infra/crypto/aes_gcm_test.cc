#include "infra/crypto/aes_gcm.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace dialin::crypto {
namespace {

std::string bytes(std::string_view hex) {
  std::string out(hex.size() / 2, '\0');
  EXPECT_TRUE(from_hex(hex, reinterpret_cast<std::uint8_t*>(out.data()), out.size()));
  return out;
}

// Test case 16 of "The Galois/Counter Mode of Operation" (McGrew, Viega).
const std::string kClear =
    bytes("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39");
const std::string kBound = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2");
const std::string kBox = bytes(
    "cafebabefacedbaddecaf888"
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
    "76fc6ece0f4e1768cddf8853bb2d551b");

Key key() {
  Key key;
  EXPECT_TRUE(from_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", key.bytes.data(), key.bytes.size()));
  return key;
}

TEST(AesGcm, gives_the_published_box) {
  Nonce nonce;
  std::copy_n(kBox.begin(), nonce.size(), nonce.begin());
  EXPECT_EQ(gcm_seal(key(), nonce, kClear, kBound), kBox);
  EXPECT_EQ(gcm_open(key(), kBox, kBound), kClear);
}

TEST(AesGcm, opens_nothing_when_any_bit_is_another) {
  for (std::size_t bit = 0; bit < kBox.size() * 8; ++bit) {
    std::string box = kBox;
    box[bit / 8] = static_cast<char>(box[bit / 8] ^ (1 << bit % 8));
    EXPECT_EQ(gcm_open(key(), box, kBound), std::nullopt) << bit;
  }
  for (std::size_t bit = 0; bit < kBound.size() * 8; ++bit) {
    std::string bound = kBound;
    bound[bit / 8] = static_cast<char>(bound[bit / 8] ^ (1 << bit % 8));
    EXPECT_EQ(gcm_open(key(), kBox, bound), std::nullopt) << bit;
  }
  Key other = key();
  other.bytes[31] ^= 1;
  EXPECT_EQ(gcm_open(other, kBox, kBound), std::nullopt);
  EXPECT_EQ(gcm_open(key(), kBox, kBound), kClear);  // a failure leaves nothing behind
}

TEST(AesGcm, opens_no_part_of_a_box) {
  for (std::size_t size = 0; size < kBox.size(); ++size) EXPECT_EQ(gcm_open(key(), kBox.substr(0, size), kBound), std::nullopt) << size;
}

TEST(AesGcm, seals_the_empty_text) {
  const std::string box = gcm_seal(key(), Nonce{}, "", "");
  EXPECT_EQ(box.size(), kNonce_bytes + kTag_bytes);
  EXPECT_EQ(gcm_open(key(), box, ""), "");
  EXPECT_EQ(gcm_open(key(), box, "x"), std::nullopt);
}

}  // namespace
}  // namespace dialin::crypto
