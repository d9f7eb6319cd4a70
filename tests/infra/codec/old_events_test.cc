// Old events are read for ever: the fixture is only ever added to. Each line is `{"type":<of the record>,"value":<its value>}`.

#include <gtest/gtest.h>

#include <fstream>

#include "infra/codec/json_codec.h"
#include "infra/codec/sample_events.h"

namespace dialin::codec {
namespace {

struct Line {
  std::string type;
  std::string value;
};

std::vector<Line> fixture() {
  std::ifstream file("tests/infra/codec/events.v1.jsonl");
  std::vector<Line> lines;
  constexpr std::string_view kBefore = R"({"type":")";
  constexpr std::string_view kBetween = R"(","value":)";
  for (std::string line; std::getline(file, line);) {
    const std::size_t between = line.find(kBetween);
    const std::size_t value = between + kBetween.size();
    lines.push_back({line.substr(kBefore.size(), between - kBefore.size()), line.substr(value, line.size() - 1 - value)});
  }
  return lines;
}

TEST(OldEvents, are_read_as_what_they_were_and_written_as_they_are) {
  const auto lines = fixture();
  const auto events = one_of_each();
  ASSERT_EQ(lines.size(), events.size() + 2);
  const JsonCodec codec;
  for (std::size_t i = 0; i < events.size(); ++i) {
    Record record = record_of(events[i], lines[i].value);
    EXPECT_EQ(record.type, lines[i].type);
    const auto event = codec.decode(record);
    ASSERT_TRUE(event) << i << ": " << event.error().why;
    EXPECT_EQ(first_difference(*event, events[i]), "") << i;
    std::string again;
    codec.encode(events[i], again);
    EXPECT_EQ(again, lines[i].value) << i;
  }
}

TEST(OldEvents, records_of_the_log_itself_are_read_and_written_as_they_are) {
  const auto lines = fixture();
  ASSERT_GE(lines.size(), 2U);
  const JsonCodec codec;

  Record created;
  created.type = lines[lines.size() - 2].type;
  created.value = lines[lines.size() - 2].value;
  const auto log_created = codec.decode_created(created);
  ASSERT_TRUE(log_created);
  EXPECT_EQ(log_created->log.text(), "0f0e0d0c-0b0a-4908-8706-050403020100");
  std::string again;
  codec.encode(*log_created, again);
  EXPECT_EQ(again, created.value);

  Record opened;
  opened.type = lines.back().type;
  opened.value = lines.back().value;
  const auto log_opened = codec.decode_opened(opened);
  ASSERT_TRUE(log_opened);
  EXPECT_EQ(log_opened->node, "node \"one\"");
  EXPECT_EQ(log_opened->url, "http://10.0.0.1:8080");
  EXPECT_EQ(log_opened->term, 12U);
  EXPECT_EQ(to_hex(log_opened->nonce.data(), log_opened->nonce.size()), "000102030405060708090a0b0c0d0eff");
  again.clear();
  codec.encode(*log_opened, again);
  EXPECT_EQ(again, opened.value);

  EXPECT_FALSE(codec.decode_created(opened));
  EXPECT_FALSE(codec.decode_opened(created));
}

TEST(OldEvents, what_is_not_a_record_of_the_log_itself_is_nothing) {
  const JsonCodec codec;
  Record created;
  created.type = kLogCreated;
  for (const char* value :
       {"", "{}", "[]", R"({"log_id":1})", R"({"log_id":"x"})", R"({"log_id":"0f0e0d0c-0b0a-4908-8706-050403020100")"}) {
    created.value = value;
    EXPECT_FALSE(codec.decode_created(created)) << value;
  }
  Record opened;
  opened.type = kLogOpened;
  for (const char* value :
       {"", "{}", R"({"node":"n","url":"","term":1})", R"({"node":"n","url":"","term":0,"nonce":"000102030405060708090a0b0c0d0eff"})",
        R"({"node":"n","url":"","term":1,"nonce":"000102030405060708090a0b0c0d0e"})",
        R"({"node":7,"url":"","term":1,"nonce":"000102030405060708090a0b0c0d0eff"})"}) {
    opened.value = value;
    EXPECT_FALSE(codec.decode_opened(opened)) << value;
  }
  opened.value = R"({"node":"n","url":"","term":1,"nonce":"000102030405060708090a0b0c0d0eff","later":[{}]})";
  EXPECT_TRUE(codec.decode_opened(opened));
}

}  // namespace
}  // namespace dialin::codec
