#include "domain/base64.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace dialin {
namespace {

std::string encoded(std::string_view bytes) {
  std::string out;
  append_base64(bytes, out);
  return out;
}

TEST(Base64, writes_the_examples_of_rfc_4648) {
  EXPECT_EQ(encoded(""), "");
  EXPECT_EQ(encoded("f"), "Zg==");
  EXPECT_EQ(encoded("fo"), "Zm8=");
  EXPECT_EQ(encoded("foo"), "Zm9v");
  EXPECT_EQ(encoded("foob"), "Zm9vYg==");
  EXPECT_EQ(encoded("fooba"), "Zm9vYmE=");
  EXPECT_EQ(encoded("foobar"), "Zm9vYmFy");
  EXPECT_EQ(encoded("\xfb\xff\xfe"), "+//+");
}

TEST(Base64, refuses_what_is_not_canonical) {
  for (const char* text : {"Zg=", "Zg", "Z", "Zg==Zg==", "Zg=a", "Z===", "====", "Zh==", "Zm9=", "Zm9v\n", "Zm_v", "Zm9 ", "Zm9vYg=\0"}) {
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
  }
}

RC_GTEST_PROP(Base64Property, reads_back_what_it_wrote, (const std::string& bytes)) {
  RC_ASSERT(from_base64(encoded(bytes)) == bytes);
}

}  // namespace
}  // namespace dialin
