#include "infra/crypto/fingerprint.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace dialin::crypto {
namespace {

// HMAC fills its key with zeros up to a block, so the short keys of RFC 4231 are keys of 32 bytes, too.
TEST(Fingerprint, is_the_beginning_of_the_published_hmac) {
  Key first;
  std::fill_n(first.bytes.begin(), 20, std::uint8_t{0x0b});
  EXPECT_EQ(Fingerprints(first).of("Hi There"), "b0344c61d8db3853");

  Key second;
  std::copy_n("Jefe", 4, second.bytes.begin());
  EXPECT_EQ(Fingerprints(second).of("what do ya want for nothing?"), "5bdcc146bf60754e");
}

}  // namespace
}  // namespace dialin::crypto
