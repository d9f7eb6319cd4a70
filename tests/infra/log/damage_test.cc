// Bytes that changed on the disk: what was durable and is damaged is named and refused; what a crash left unfinished is cut.

#include <gtest/gtest.h>

#include "infra/log/chain_scan.h"
#include "infra/log/frame.h"
#include "infra/log/offline_log.h"
#include "infra/log/verified.h"
#include "recorded_disk.h"
#include "support.h"

namespace dialin::log {
namespace {

constexpr const char* kDir = "log";
const std::string kFirst = "log/00000000000000000001.segment";

/// Where each record's frame begins, by its sequence; behind the last one, where it ends.
struct Layout {
  std::vector<std::uint64_t> begins{0};
  std::uint64_t end = 0;
  std::vector<Record> records;
};

class DamageTest : public testing::Test {
 protected:
  static constexpr std::size_t kSegmentBytes = 16 * 1024;

  /// A log of one segment: created, opened, and one group for each list of value sizes.
  void write_log(const std::vector<std::vector<std::size_t>>& groups, bool stop_cleanly) {
    auto opened = around_.open(small_segments(kDir, kSegmentBytes));
    ASSERT_TRUE(opened);
    for (const auto& sizes : groups) ASSERT_TRUE(append(**opened, sizes));
    if (!stop_cleanly) bytes_ = disk_.content(kFirst);
    opened->reset();
    if (stop_cleanly) bytes_ = disk_.content(kFirst);
    layout_ = layout_of(bytes_);
  }

  Layout layout_of(const std::string& bytes) {
    disk_.set_content(kFirst, bytes);
    Layout layout;
    auto scan = ChainScan::begin(disk_, kDir, ChainScan::From::first);
    Record record;
    while (scan && scan->next(record) == ChainScan::Step::record) {
      layout.begins.push_back(scan->segment().record_offset());
      layout.records.push_back(record);
      layout.end = scan->segment().offset();
    }
    return layout;
  }

  Verified verify_bytes(const std::string& bytes) {
    disk_.set_content(kFirst, bytes);
    return verify(disk_, kDir, {});
  }

  Result<std::unique_ptr<EmbeddedLog>, OpenFailure> open_bytes(const std::string& bytes) {
    disk_.set_content(kFirst, bytes);
    return around_.open(small_segments(kDir, kSegmentBytes));
  }

  RecordedDisk disk_;
  Surroundings around_{disk_};
  std::string bytes_;
  Layout layout_;
};

TEST_F(DamageTest, any_byte_flipped_in_any_record_is_found_and_that_record_is_named) {
  write_log({{0, 30}, {300}, {5}}, true);
  ASSERT_EQ(layout_.records.size(), 6u);
  for (std::size_t nth = 1; nth <= layout_.records.size(); ++nth) {
    const std::uint64_t end = nth == layout_.records.size() ? layout_.end : layout_.begins[nth + 1];
    for (std::uint64_t at = layout_.begins[nth]; at < end; ++at) {
      std::string flipped = bytes_;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
      const Verified verified = verify_bytes(flipped);
      ASSERT_TRUE(verified.fault) << "byte " << at;
      EXPECT_EQ(verified.fault->sequence.value, nth) << "byte " << at;
      EXPECT_EQ(verified.fault->place, "00000000000000000001.segment, byte " + std::to_string(layout_.begins[nth])) << "byte " << at;
      EXPECT_FALSE(verified.fault->what.empty());
      EXPECT_EQ(verified.head.sequence.value, nth - 1);
    }
  }
}

TEST_F(DamageTest, a_damaged_log_is_not_opened_and_the_place_is_said) {
  write_log({{0, 30}, {300}, {5}}, true);
  for (std::size_t nth = 1; nth <= layout_.records.size(); ++nth) {
    for (const std::size_t field : {0u, 9u, 13u, 30u, 60u, 86u, 93u, 101u, 110u, 130u}) {
      std::string flipped = bytes_;
      char& byte = flipped[layout_.begins[nth] + field];
      byte = static_cast<char>(byte ^ 0x10);
      auto opened = open_bytes(flipped);
      ASSERT_FALSE(opened) << nth << " " << field;
      EXPECT_EQ(opened.error().code, OpenError::poison);
      const std::string place =
          "record " + std::to_string(nth) + " (00000000000000000001.segment, byte " + std::to_string(layout_.begins[nth]) + "): ";
      EXPECT_EQ(opened.error().text.substr(0, place.size()), place);
      EXPECT_EQ(disk_.content(kFirst), flipped) << "what is refused is left as it is";
    }
  }
}

TEST_F(DamageTest, damage_is_found_by_the_next_group_s_mark_also_without_a_clean_stop) {
  write_log({{10}, {20}, {30}}, false);
  std::string flipped = bytes_;
  flipped[layout_.begins[3] + 50] ^= 1;
  EXPECT_FALSE(open_bytes(flipped)) << "record 3 was durable before record 5 was written";
  ASSERT_TRUE(verify_bytes(flipped).fault);
  EXPECT_EQ(verify_bytes(flipped).fault->sequence, Sequence{3});
}

TEST_F(DamageTest, a_record_overwritten_with_zeros_is_missing_not_the_end) {
  write_log({{10}, {20}, {30}}, true);
  for (std::size_t nth = 1; nth <= 5; ++nth) {
    std::string hole = bytes_;
    const std::uint64_t end = nth == 5 ? layout_.end - kFrameHeadBytes : layout_.begins[nth + 1];
    std::fill(hole.begin() + static_cast<std::ptrdiff_t>(layout_.begins[nth]), hole.begin() + static_cast<std::ptrdiff_t>(end), '\0');
    const Verified verified = verify_bytes(hole);
    ASSERT_TRUE(verified.fault) << nth;
    EXPECT_EQ(verified.fault->sequence.value, nth);
    EXPECT_FALSE(open_bytes(hole));
  }
}

TEST_F(DamageTest, a_tail_torn_at_any_byte_is_cut_to_the_last_whole_record) {
  write_log({{10}, {20, 40, 60}}, false);
  const std::uint64_t group = layout_.begins[4];
  for (std::uint64_t at = group; at < layout_.end; ++at) {
    std::string torn = bytes_;
    std::fill(torn.begin() + static_cast<std::ptrdiff_t>(at), torn.end(), '\0');
    const Verified before = verify_bytes(torn);
    ASSERT_FALSE(before.fault) << at << ": " << before.fault->text;
    const std::uint64_t whole = at < layout_.begins[5] ? 3 : at < layout_.begins[6] ? 4 : 5;
    // Zeros that the record itself ends or begins with are no tear.
    ASSERT_EQ(before.head.sequence.value, whole) << at;
    auto opened = open_bytes(torn);
    ASSERT_TRUE(opened) << at << ": " << opened.error().text;
    EXPECT_EQ((*opened)->tail().sequence.value, whole + 1) << "the opened record follows the last whole one";
    for (std::uint64_t nth = 1; nth <= whole; ++nth) EXPECT_EQ((*opened)->at({nth}).value(), layout_.records[nth - 1]);
    opened->reset();
    const Verified after = verify(disk_, kDir, {});
    EXPECT_FALSE(after.fault);
    EXPECT_FALSE(after.unfinished);
    EXPECT_EQ(disk_.content(kFirst).size(), bytes_.size()) << "cut is not shortened";
  }
}

TEST_F(DamageTest, a_torn_tail_with_its_beginning_missing_is_cut_and_never_comes_back) {
  write_log({{10}, {20, 40, 60}}, false);
  std::string torn = bytes_;
  std::fill_n(torn.begin() + static_cast<std::ptrdiff_t>(layout_.begins[4]), 30, '\0');
  EXPECT_TRUE(verify_bytes(torn).unfinished);
  auto opened = open_bytes(torn);
  ASSERT_TRUE(opened);
  ASSERT_TRUE(append(**opened, {1}));
  opened->reset();
  const Verified verified = verify(disk_, kDir, {});
  EXPECT_FALSE(verified.fault);
  EXPECT_EQ(verified.head.sequence, Sequence{5});
  EXPECT_EQ(disk_.content(kFirst).find(layout_.records[5].value), std::string::npos);
}

TEST_F(DamageTest, any_byte_flipped_in_a_segment_s_head_is_found) {
  write_log({{10}}, true);
  for (std::size_t at = 0; at < kSegmentHeadBytes; ++at) {
    std::string flipped = bytes_;
    flipped[at] ^= 4;
    const Verified verified = verify_bytes(flipped);
    ASSERT_TRUE(verified.fault) << at;
    EXPECT_TRUE(verified.fault->text.starts_with("record 1 (00000000000000000001.segment, byte 0): ")) << verified.fault->text;
    EXPECT_FALSE(verified.fault->unreadable);
    EXPECT_FALSE(open_bytes(flipped)) << at;
  }
}

TEST_F(DamageTest, a_log_without_its_first_record_or_with_a_second_one_is_wrong) {
  write_log({{10}}, true);
  const LogId log = verify(disk_, kDir, {}).log;
  std::string bytes = SegmentHead{log, {1}, {}, {}, 0, 0}.encode();
  Record record = records_after({}, {10})[0];
  chain_after({}, record);
  append_frame(log, record, {}, bytes);
  const Verified verified = verify_bytes(bytes + std::string(1000, '\0'));
  ASSERT_TRUE(verified.fault);
  EXPECT_EQ(verified.fault->sequence, Sequence{1});
}

TEST_F(DamageTest, a_record_that_was_given_is_named_with_its_place) {
  write_log({{10}, {20}}, true);
  const auto walk = walk_directory(disk_, kDir, {3});
  ASSERT_TRUE(walk);
  Record record;
  ASSERT_EQ((*walk)->next(record), LogWalk::Step::record);
  EXPECT_EQ(record.sequence, Sequence{4});
  EXPECT_EQ((*walk)->place().text(), "00000000000000000001.segment, byte " + std::to_string(layout_.begins[4]));
}

TEST_F(DamageTest, a_reader_stops_at_damage_and_names_it_and_at_says_poison) {
  write_log({{10}, {20}, {30}}, true);
  disk_.set_content(kFirst, bytes_);
  const auto log = OfflineLog::open(disk_, kDir);
  ASSERT_TRUE(log);
  std::string flipped = bytes_;
  flipped[layout_.begins[4] + 100] ^= 1;
  disk_.set_content(kFirst, flipped);
  const auto reader = (*log)->read({1});
  Record record;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(reader->next(record), RecordReader::Next::record);
  EXPECT_EQ(reader->next(record), RecordReader::Next::fault);
  EXPECT_EQ(reader->next(record), RecordReader::Next::fault) << "final";
  EXPECT_EQ(reader->fault().find("record 4 (00000000000000000001.segment, byte " + std::to_string(layout_.begins[4]) + "): "), 0u);
  ASSERT_FALSE((*log)->at({4}));
  EXPECT_EQ((*log)->at({4}).error(), LogError::poison);
  EXPECT_TRUE((*log)->at({3}));
}

}  // namespace
}  // namespace dialin::log
