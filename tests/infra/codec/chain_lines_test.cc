#include "infra/codec/chain_lines.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "domain/chain.h"

namespace dialin::codec {
namespace {

Record record_of(std::string value) {
  Record record;
  record.sequence = {7};
  record.previous.bytes[0] = 0xAB;
  record.type = "dialin.config.created.v1";
  record.tenant = TenantId::parse("0e82e488-79ed-5089-9660-306c09198c13");
  record.config = ConfigId::parse("7058d4ad-c8bb-4408-83e1-8bcb5fd1ff89");
  record.time = *Instant::parse("2026-05-04T13:05:00.328433Z");
  record.value = std::move(value);
  record.id = chain_id(record);
  return record;
}

std::string line_of(const Record& record) {
  std::string line;
  append_chain_line(record, line);
  EXPECT_TRUE(line.ends_with('\n'));
  line.pop_back();
  return line;
}

std::string why_not(std::string line, const std::string& part, const std::string& other) {
  const auto at = line.find(part);
  EXPECT_NE(at, std::string::npos) << part;
  line.replace(at, part.size(), other);
  const auto read = read_chain_line(line);
  return read ? "" : read.error().why;
}

TEST(ChainLines, a_line_has_its_members_in_one_order) {
  const Record record = record_of("{\"a\":\"\u00e9\\n\"}\n");
  EXPECT_EQ(line_of(record), R"({"sequence":7,"id":")" + record.id.hex() + R"(","previous":"ab)" + std::string(62, '0') +
                                 R"(","type":"dialin.config.created.v1","tenant":"0e82e488-79ed-5089-9660-306c09198c13",)" +
                                 R"("config_id":"7058d4ad-c8bb-4408-83e1-8bcb5fd1ff89","time":"2026-05-04T13:05:00.328433Z",)" +
                                 "\"value\":\"{\\\"a\\\":\\\"\u00e9\\\\n\\\"}\\n\"}");
}

TEST(ChainLines, what_is_not_utf8_is_base64) {
  Record record = record_of("\xff\xfe");
  record.type = "\x80";
  record.tenant.reset();
  record.config.reset();
  const std::string line = line_of(record);
  EXPECT_NE(line.find(R"(,"type_base64":"gA==","time")"), std::string::npos) << line;
  EXPECT_NE(line.find(R"(,"value_base64":"//4="})"), std::string::npos) << line;
  EXPECT_EQ(*read_chain_line(line), record);
}

RC_GTEST_PROP(ChainLines, every_byte_of_a_record_comes_back, (const std::string& value)) {
  Record record = record_of(value);
  if (*rc::gen::arbitrary<bool>()) record.config.reset();
  record.time = {*rc::gen::inRange<std::int64_t>(0, 253'402'300'799'999'999)};
  RC_ASSERT(*read_chain_line(line_of(record)) == record);
}

TEST(ChainLines, the_longest_value_fits) {
  const Record record = record_of(std::string(kRecordValueBytesMax, '\x01'));
  EXPECT_LE(line_of(record).size(), kChainLineBytesMax);
  EXPECT_EQ(*read_chain_line(line_of(record)), record);
  EXPECT_EQ(read_chain_line(std::string(kChainLineBytesMax + 1, ' ')).error().why, "it is longer than any record's line");
}

TEST(ChainLines, what_is_wrong_is_said) {
  const std::string line = line_of(record_of("{}"));
  EXPECT_EQ(read_chain_line("").error().why, "it is no JSON object");
  EXPECT_EQ(read_chain_line("[]").error().why, "it is no JSON object");
  EXPECT_EQ(read_chain_line(line.substr(0, line.size() - 1)).error().why, "it is no JSON object");
  EXPECT_EQ(read_chain_line(line + line).error().why, "it is no JSON object");
  EXPECT_EQ(why_not(line, R"("sequence":7)", R"("sequence":0)"), "sequence is no positive number");
  EXPECT_EQ(why_not(line, R"("sequence":7)", R"("sequence":"7")"), "sequence is no positive number");
  EXPECT_EQ(why_not(line, R"("sequence":7,)", ""), "sequence is missing");
  EXPECT_EQ(why_not(line, R"("sequence":7,)", R"("sequence":7,"sequence":7,)"), "sequence stands there twice");
  EXPECT_EQ(why_not(line, R"("sequence":7,)", R"("sequence":7,"offset":7,)"), "there is no member offset");
  EXPECT_EQ(why_not(line, R"("id":")", R"("id":"0)"), "id is not 64 hexadecimal digits");
  EXPECT_EQ(why_not(line, R"("previous":")", R"("previous":"0)"), "previous is not 64 hexadecimal digits");
  EXPECT_EQ(why_not(line, R"("time":"2026)", R"("time":"26)"), "time is not RFC 3339");
  EXPECT_EQ(why_not(line, R"("tenant":"0)", R"("tenant":"x)"), "tenant is no id");
  EXPECT_EQ(why_not(line, R"("config_id":"7058d4ad-)", R"("config_id":")"), "config_id is no id");
  EXPECT_EQ(why_not(line, R"("value":"{}")", R"("value":{})"), "value is no string");
  EXPECT_EQ(why_not(line, R"(,"value":"{}")", ""), "value or value_base64 is missing");
  EXPECT_EQ(why_not(line, R"("value":"{}")", R"("value":"{}","value_base64":"e30=")"),
            "value or value_base64: only one of them may be there");
  EXPECT_EQ(why_not(line, R"("value":"{}")", R"("value_base64":"e30")"), "value_base64 is no base64");
  EXPECT_EQ(why_not(line, R"("type":"dialin.config.created.v1")", R"("type":"")"), "type does not have 1 to 255 bytes");
  EXPECT_EQ(why_not(line, R"("type":"dialin.config.created.v1")", R"("type":")" + std::string(256, 'x') + '"'),
            "type does not have 1 to 255 bytes");
}

TEST(ChainLines, members_may_stand_in_any_order) {
  const Record record = record_of("{}");
  std::string line = line_of(record);
  line.erase(line.find(R"(,"value":"{}")"), 13).insert(1, R"( "value": "\u007b}", )");
  EXPECT_EQ(*read_chain_line(line), record);
}

}  // namespace
}  // namespace dialin::codec
