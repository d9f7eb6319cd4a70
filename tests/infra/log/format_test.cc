// Frames and segment heads, as docs/log_format.md draws them.

#include <gtest/gtest.h>

#include <sstream>

#include "domain/chain.h"
#include "infra/log/frame.h"
#include "infra/log/segment.h"
#include "support.h"

namespace dialin::log {
namespace {

const LogId kLog = *LogId::parse("00010203-0405-4607-8809-0a0b0c0d0e0f");

Record first_record() {
  Record record;
  record.type = kLogCreated;
  record.time = *Instant::parse("2026-05-04T13:05:00.000000Z");
  record.value = R"({"log_id":"00010203-0405-4607-8809-0a0b0c0d0e0f"})";
  chain_after({}, record);
  return record;
}

Record second_record() {
  Record record;
  record.type = "dialin.config.updated.v1";
  record.tenant = TenantId::parse("a0a1a2a3-a4a5-46a7-88a9-aaabacadaeaf");
  record.config = ConfigId::parse("c0c1c2c3-c4c5-46c7-88c9-cacbcccdcecf");
  record.time = {first_record().time.us + 1};
  record.value = R"({"name":"ConfigUpdated"})";
  chain_after(tail_of(first_record()), record);
  return record;
}

std::string example() {
  std::string bytes = SegmentHead{kLog, {1}, {}, {}, 0, 4 * 1024 * 1024}.encode();
  append_frame(kLog, first_record(), {0}, bytes);
  append_frame(kLog, second_record(), {1}, bytes);
  append_mark(kLog, {2}, bytes);
  return bytes;
}

/// The bytes of the ```hex block: an offset, then up to 16 bytes, then what is for people.
std::string example_in(const std::string& document) {
  std::istringstream lines(document.substr(document.find("```hex\n") + 7));
  std::string bytes;
  for (std::string line; std::getline(lines, line) && line != "```";) {
    EXPECT_EQ(std::stoul(line.substr(0, 4), nullptr, 16), bytes.size());
    for (std::size_t at = 6; at + 1 < 6 + 3 * 16 && at + 1 < line.size() && line[at] != ' '; at += 3) {
      bytes.push_back(static_cast<char>(std::stoi(line.substr(at, 2), nullptr, 16)));
    }
  }
  return bytes;
}

TEST(FormatTest, the_document_s_example_is_what_is_written) {
  const std::string document = file_content("docs/log_format.md");
  const std::string documented = example_in(document);
  ASSERT_GT(documented.size(), kSegmentHeadBytes);
  EXPECT_EQ(to_hex(reinterpret_cast<const std::uint8_t*>(documented.data()), documented.size()),
            to_hex(reinterpret_cast<const std::uint8_t*>(example().data()), example().size()));
  for (const Record& record : {first_record(), second_record()}) EXPECT_NE(document.find("`" + record.id.hex() + "`"), std::string::npos);
}

TEST(FormatTest, a_record_s_bounds_are_those_of_the_document) {
  Record least = first_record();
  least.type = "t";
  least.value.clear();
  Record most = second_record();
  most.type = std::string(255, 't');
  most.value = std::string(kRecordValueBytesMax, 'v');
  for (const auto& [record, size] : {std::pair{least, kRecordBytesMin}, std::pair{most, kRecordBytesMax}}) {
    std::string frame;
    append_frame(kLog, record, {}, frame);
    EXPECT_EQ(frame.size(), kFrameHeadBytes + size);
    EXPECT_EQ(read_head(kLog, frame.data())->length, size);
  }
  EXPECT_EQ(kRecordBytesMin, 88u);
  EXPECT_EQ(kRecordBytesMax, 524'662u);
}

TEST(FormatTest, a_record_is_decoded_as_it_was_encoded_also_into_a_used_one) {
  Record used = second_record();
  std::string frame;
  append_frame(kLog, first_record(), {7}, frame);
  const auto head = read_head(kLog, frame.data());
  ASSERT_TRUE(head);
  EXPECT_EQ(head->synced, Sequence{7});
  ASSERT_TRUE(decode_record(std::string_view(frame).substr(kFrameHeadBytes), used));
  EXPECT_EQ(used, first_record());
}

TEST(FormatTest, no_shorter_or_longer_bytes_are_a_record) {
  std::string frame;
  append_frame(kLog, second_record(), {}, frame);
  const std::string bytes = frame.substr(kFrameHeadBytes);
  Record out;
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decode_record(bytes.substr(0, size), out)) << size;
  EXPECT_FALSE(decode_record(bytes + '\0', out));
  std::string other_length = bytes;
  other_length[80 + 1 + second_record().type.size()] = 15;
  EXPECT_FALSE(decode_record(other_length, out)) << "a tenant's id has 16 bytes or none";
}

TEST(FormatTest, a_frame_s_head_with_any_bit_flipped_or_of_another_log_is_none) {
  std::string frame;
  append_frame(kLog, first_record(), {3}, frame);
  for (std::size_t bit = 0; bit < kFrameHeadBytes * 8; ++bit) {
    std::string flipped = frame;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(read_head(kLog, flipped.data())) << bit;
  }
  EXPECT_FALSE(read_head(LogId{{1}}, frame.data()));
  EXPECT_FALSE(read_head(kLog, std::string(kFrameHeadBytes, '\0').data()));
}

TEST(FormatTest, a_segment_s_head_with_any_bit_flipped_is_none) {
  const SegmentHead head{kLog, {77}, first_record().id, first_record().time, 9};
  const std::string bytes = head.encode();
  ASSERT_EQ(bytes.size(), kSegmentHeadBytes);
  EXPECT_EQ(*SegmentHead::decode(bytes), head);
  EXPECT_FALSE(SegmentHead::decode(bytes.substr(1)));
  for (std::size_t bit = 0; bit < kSegmentHeadBytes * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(SegmentHead::decode(flipped)) << bit;
  }
}

}  // namespace
}  // namespace dialin::log
