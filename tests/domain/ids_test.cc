#include "domain/ids.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace dialin {
namespace {

Bytes16 counted() {
  Bytes16 bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i * 0x11);
  return bytes;
}

TEST(Ids, uuid_text_is_canonical_lower_case) {
  EXPECT_EQ(ConfigId{counted()}.text(), "00112233-4455-6677-8899-aabbccddeeff");
}

TEST(Ids, uuid_is_read_in_either_case) {
  EXPECT_EQ(ConfigId::parse("00112233-4455-6677-8899-aabbccddeeff"), ConfigId{counted()});
  EXPECT_EQ(ConfigId::parse("00112233-4455-6677-8899-AABBCCDDEEFF"), ConfigId{counted()});
}

TEST(Ids, nothing_else_is_a_uuid) {
  for (const std::string_view text :
       {"", "00112233445566778899aabbccddeeff", "{00112233-4455-6677-8899-aabbccddeeff}", "00112233-4455-6677-8899-aabbccddeef",
        "00112233-4455-6677-8899-aabbccddeeff0", "00112233-4455-6677-8899-aabbccddeefg", "001122334-455-6677-8899-aabbccddeeff",
        "0011223-34455-6677-8899-aabbccddeeff", "00112233_4455-6677-8899-aabbccddeeff", " 0112233-4455-6677-8899-aabbccddeeff",
        "00112233-4455-6677-8899-aabbccdd\xC3\xA9"
        "f"}) {
    EXPECT_EQ(ConfigId::parse(text), std::nullopt) << text;
  }
}

RC_GTEST_PROP(Ids, uuid_and_hex_survive_their_text, (Bytes16 bytes)) {
  RC_ASSERT(TenantId::parse(TenantId{bytes}.text()) == TenantId{bytes});
  Bytes16 read{};
  RC_ASSERT(from_hex(to_hex(bytes.data(), bytes.size()), read.data(), read.size()));
  RC_ASSERT(read == bytes);
}

TEST(Ids, hex_wants_every_digit) {
  std::uint8_t bytes[2];
  EXPECT_TRUE(from_hex("0aFf", bytes, 2));
  EXPECT_EQ(bytes[0], 0x0A);
  EXPECT_EQ(bytes[1], 0xFF);
  for (const std::string_view text : {"", "0af", "0aff0", "0ag0", "g0af", "0a f"}) EXPECT_FALSE(from_hex(text, bytes, 2)) << text;
}

TEST(Ids, record_id_is_64_digits) {
  const std::string text = "00ff" + std::string(60, 'a');
  ASSERT_TRUE(RecordId::parse(text).has_value());
  EXPECT_EQ(RecordId::parse(text)->hex(), text);
  EXPECT_FALSE(RecordId::parse(text + "a").has_value());
}

// Made with another implementation of RFC 4122, 4.3: the ids are in every log there is.
TEST(Ids, tenant_id_follows_from_its_name_for_ever) {
  EXPECT_EQ(tenant_id_of("dev").text(), "0e82e488-79ed-5089-9660-306c09198c13");
  EXPECT_NE(tenant_id_of("dev"), tenant_id_of("Dev"));
}

TEST(Ids, random_id_is_a_version_4_uuid) {
  Bytes16 ones;
  ones.fill(0xFF);
  EXPECT_EQ(random_id<ConfigId>(ones).text(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
  EXPECT_EQ(random_id<ConfigId>(Bytes16{}).text(), "00000000-0000-4000-8000-000000000000");
}

}  // namespace
}  // namespace dialin
