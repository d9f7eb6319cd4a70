#include "domain/checkpoint.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace dialin {
namespace {

Checkpoint sample() {
  Checkpoint checkpoint{*LogId::parse("00010203-0405-4607-8809-0a0b0c0d0e0f"), {207}, {}, *Instant::parse("2026-05-04T13:05:00.000001Z")};
  checkpoint.id.bytes.fill(0xFB);
  return checkpoint;
}

constexpr std::string_view kSample =
    "dialin/log/00010203-0405-4607-8809-0a0b0c0d0e0f\n"
    "207\n"
    "+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=\n"
    "time 2026-05-04T13:05:00.000001Z\n";

std::string replaced(std::string_view what, std::string_view by) {
  std::string text(kSample);
  text.replace(text.find(what), what.size(), by);
  return text;
}

TEST(Checkpoint, has_the_lines_of_a_tlog_checkpoint) {
  EXPECT_EQ(sample().text(), kSample);
  const auto read = Checkpoint::parse(kSample);
  ASSERT_TRUE(read) << read.error().why;
  EXPECT_EQ(*read, sample());
}

TEST(Checkpoint, says_which_line_is_wrong) {
  const auto why = [](const std::string& text) {
    const auto read = Checkpoint::parse(text);
    return read ? std::string("fine") : std::string(read.error().why);
  };
  for (const auto& [text, word] : std::vector<std::pair<std::string, std::string>>{
           {"", "first"},
           {"hello\n", "first"},
           {replaced("dialin/log/", "dialin/log"), "first"},
           {replaced("dialin/log/0001", "dialin/log/000"), "first"},
           {replaced("\n207", "\n0"), "second"},
           {replaced("\n207", "\n-7"), "second"},
           {replaced("\n207", "\n+7"), "second"},
           {replaced("\n207", "\n18446744073709551616"), "second"},
           {replaced("\n207", "\n207 "), "second"},
           {replaced("+/v7", "+/v"), "third"},
           {replaced("+/v7", "+/v7+/v7"), "third"},
           {replaced("+/v7", "-/v7"), "third"},
           {replaced("time ", "when "), "fourth"},
           {replaced("2026", "26"), "fourth"},
           {replaced("Z\n", "Z"), "fourth"},
       }) {
    EXPECT_NE(why(text).find(word), std::string::npos) << text << why(text);
  }
}

TEST(Checkpoint, has_one_spelling) {
  for (const std::string& text :
       {replaced("\n207", "\n0207"), replaced("0a0b0c", "0A0B0C"), replaced(".000001Z", ".0000010Z"), replaced("Z\n", "+00:00\n"),
        replaced("13:05:00.000001Z", "13:05:00.00000105Z"), std::string(kSample) + "more 1\n", std::string(kSample) + "\n"}) {
    const auto read = Checkpoint::parse(text);
    ASSERT_FALSE(read) << text;
    EXPECT_NE(read.error().why.find("spelt otherwise"), std::string_view::npos) << text << read.error().why;
  }
}

RC_GTEST_PROP(CheckpointProperty, is_read_as_it_was_written, (std::uint64_t sequence)) {
  const auto bytes = *rc::gen::container<std::vector<std::uint8_t>>(48, rc::gen::arbitrary<std::uint8_t>());
  Checkpoint checkpoint;
  std::copy_n(bytes.begin(), 16, checkpoint.log.bytes.begin());
  std::copy_n(bytes.begin() + 16, 32, checkpoint.id.bytes.begin());
  checkpoint.sequence.value = std::max<std::uint64_t>(1, sequence);
  checkpoint.time.us = *rc::gen::inRange<std::int64_t>(0, 253'402'300'799'999'999);
  const auto read = Checkpoint::parse(checkpoint.text());
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == checkpoint);
}

}  // namespace
}  // namespace dialin
