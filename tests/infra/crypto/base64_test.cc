#include "infra/crypto/base64.h"

#include <gtest/gtest.h>

namespace dialin::crypto {
namespace {

Key counting_up() {
  Key key;
  for (std::size_t i = 0; i < key.bytes.size(); ++i) key.bytes[i] = static_cast<std::uint8_t>(i * 8 + 7);
  return key;
}

TEST(KeyBase64, reads_what_it_wrote) {
  const WipedText text = to_base64(counting_up());
  EXPECT_EQ(text.view(), "Bw8XHycvNz9HT1dfZ293f4ePl5+nr7e/x8/X3+fv9/8=");
  EXPECT_EQ(key_from_base64(text.view()), counting_up());
  EXPECT_EQ(to_base64url(counting_up()), "Bw8XHycvNz9HT1dfZ293f4ePl5-nr7e_x8_X3-fv9_8");
}

TEST(KeyBase64, refuses_what_is_not_32_bytes_in_one_spelling) {
  for (const char* text : {"", "Bw8=", "Bw8XHycvNz9HT1dfZ293f4ePl5+nr7e/x8/X3+fv9/9=", "Bw8XHycvNz9HT1dfZ293f4ePl5-nr7e_x8_X3-fv9_8=",
                           "Bw8XHycvNz9HT1dfZ293f4ePl5+nr7e/x8/X3+fv9/8", "Bw8XHycvNz9HT1dfZ293f4ePl5+nr7e/x8/X3+fv9/AA",
                           " w8XHycvNz9HT1dfZ293f4ePl5+nr7e/x8/X3+fv9/8=", "Bw8XHycvNz9HT1dfZ293f4ePl5+nr7e/x8/X3+fv9w=="}) {
    EXPECT_EQ(key_from_base64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace dialin::crypto
