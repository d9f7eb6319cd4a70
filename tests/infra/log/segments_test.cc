// A chain of many segments: they follow each other, are found again, and their indexes are never believed.

#include <gtest/gtest.h>

#include <thread>

#include "infra/log/chain_scan.h"
#include "infra/log/offline_log.h"
#include "infra/log/open_files.h"
#include "infra/log/segment.h"
#include "infra/log/verified.h"
#include "support.h"

namespace dialin::log {
namespace {

class SegmentsTest : public testing::Test {
 protected:
  SegmentsTest() : dir_(temporary_.path("log")), around_(files_) {}

  std::unique_ptr<EmbeddedLog> open(std::size_t segment_bytes = 4096) {
    auto opened = around_.open(small_segments(dir_, segment_bytes));
    if (!opened) throw std::runtime_error(opened.error().text);
    return std::move(*opened);
  }
  std::vector<Sequence> segments() { return *list_segments(files_, dir_); }
  std::string path(const std::string& name) const { return path_in(dir_, name); }

  TemporaryDir temporary_;
  const std::string dir_;
  PosixFiles files_;
  Surroundings around_;
};

std::vector<Record> read_all(const EventLog& log) {
  const auto reader = log.read({1});
  std::vector<Record> records;
  Record record;
  RecordReader::Next next;
  while ((next = reader->next(record)) == RecordReader::Next::record) records.push_back(record);
  EXPECT_EQ(next, RecordReader::Next::end) << reader->fault();
  return records;
}

TEST_F(SegmentsTest, a_chain_over_many_segments_is_one_chain) {
  auto log = open();
  for (int i = 0; i < 150; ++i) ASSERT_TRUE(append(*log, {static_cast<std::size_t>(i * 7 % 900), 5}));
  EXPECT_GT(segments().size(), 20u);
  const auto records = read_all(*log);
  ASSERT_EQ(records.size(), 302u);
  for (const Record& record : records) EXPECT_EQ(log->at(record.sequence).value(), record);
  log.reset();
  const Verified verified = verify(files_, dir_, {});
  EXPECT_FALSE(verified.fault) << verified.fault->text;
  EXPECT_EQ(verified.head, tail_of(records.back()));
  log = open();
  for (const Record& record : records) EXPECT_EQ(log->at(record.sequence).value(), record);
}

TEST_F(SegmentsTest, a_group_longer_than_a_segment_gets_a_longer_one) {
  auto log = open();
  ASSERT_TRUE(append(*log, std::vector<std::size_t>(20, 5000)));
  ASSERT_TRUE(append(*log, {10}));
  EXPECT_EQ(read_all(*log).size(), 23u);
  log.reset();
  EXPECT_FALSE(verify(files_, dir_, {}).fault);
}

TEST_F(SegmentsTest, a_fresh_log_is_small_and_opens_fast) {
  const auto begin = std::chrono::steady_clock::now();
  const auto log = open(64 * 1024 * 1024);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1)) << "some 5 ms on an idle machine";
  std::uintmax_t bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator(dir_)) bytes += file.file_size();
  EXPECT_LE(bytes, kFirstSegmentBytes + 100);
}

TEST_F(SegmentsTest, segments_double_up_to_the_length_configured) {
  auto log = open(16 * 1024 * 1024);
  for (int i = 0; i < 80; ++i) ASSERT_TRUE(append(*log, {500'000}));
  std::vector<std::uintmax_t> sizes;
  for (const Sequence first : segments()) sizes.push_back(std::filesystem::file_size(path(segment_name(first))) >> 20);
  EXPECT_EQ(sizes, (std::vector<std::uintmax_t>{4, 8, 16, 16}));
}

TEST_F(SegmentsTest, an_index_that_is_missing_short_or_wrong_is_made_anew) {
  auto log = open();
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(append(*log, {300, 5, 17}));
  const auto records = read_all(*log);
  log.reset();
  const std::vector<std::function<void(const std::string&)>> damages{
      [](const std::string& index) { std::filesystem::remove(index); },
      [](const std::string& index) { write_file(index, file_content(index).substr(0, 6)); },
      [](const std::string& index) { write_file(index, std::string(400, '\0')); },
      [](const std::string& index) { write_file(index, std::string(400, '\xff')); },
      // Each offset is that of the record before: a whole frame, but another record's.
      [](const std::string& index) { write_file(index, std::string(4, '\0') + file_content(index)); },
  };
  for (const auto& damage : damages) {
    for (const Sequence first : segments()) {
      if (first != segments().back()) damage(path(index_name(first)));
    }
    log = open();
    for (const Record& record : records) ASSERT_EQ(log->at(record.sequence).value(), record);
    for (std::uint64_t from = 1; from <= records.size(); from += 5) {
      Record record;
      ASSERT_EQ(log->read({from})->next(record), RecordReader::Next::record);
      EXPECT_EQ(record, records[from - 1]);
    }
    log.reset();
  }
}

TEST_F(SegmentsTest, a_missing_segment_is_named_by_verify_and_by_readers) {
  auto log = open();
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(append(*log, {700}));
  log.reset();
  const Sequence lost = segments()[5];
  std::filesystem::remove(path(segment_name(lost)));
  const Verified verified = verify(files_, dir_, {});
  ASSERT_TRUE(verified.fault);
  EXPECT_EQ(verified.fault->sequence, lost);
  log = open();
  const auto reader = log->read({1});
  Record record;
  RecordReader::Next next;
  while ((next = reader->next(record)) == RecordReader::Next::record) {}
  EXPECT_EQ(next, RecordReader::Next::fault);
  EXPECT_EQ(reader->fault().find("record " + std::to_string(lost.value) + " "), 0u) << reader->fault();
}

TEST_F(SegmentsTest, the_first_segment_missing_is_no_empty_log) {
  auto log = open();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(append(*log, {700}));
  log.reset();
  std::filesystem::remove(path(segment_name({1})));
  EXPECT_TRUE(verify(files_, dir_, {}).fault);
  EXPECT_FALSE(around_.open(small_segments(dir_)));
  for (const Sequence first : segments()) std::filesystem::remove(path(segment_name(first)));
  const auto opened = around_.open(small_segments(dir_));
  ASSERT_FALSE(opened) << "indexes are left: something was here";
  EXPECT_EQ(opened.error().code, OpenError::poison);
}

TEST_F(SegmentsTest, segments_of_two_logs_are_not_one_log) {
  auto log = open();
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(append(*log, {700}));
  log.reset();
  TemporaryDir elsewhere;
  auto other = around_.open(small_segments(elsewhere.path("log"), 4096));
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(append(**other, {700}));
  other->reset();
  const Sequence second = segments()[2];
  std::filesystem::copy_file(path_in(elsewhere.path("log"), segment_name(second)), path(segment_name(second)),
                             std::filesystem::copy_options::overwrite_existing);
  const Verified verified = verify(files_, dir_, {});
  ASSERT_TRUE(verified.fault);
  EXPECT_EQ(verified.fault->sequence, second);
}

TEST_F(SegmentsTest, few_descriptors_are_open_however_many_segments_there_are) {
  auto log = open();
  for (int i = 0; i < 120; ++i) ASSERT_TRUE(append(*log, {1500}));
  ASSERT_GT(segments().size(), OpenFiles::kOpenMax + 8);
  for (std::uint64_t sequence = 1; sequence <= log->tail().sequence.value; ++sequence) ASSERT_TRUE(log->at({sequence}));
  const auto open_files = std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  EXPECT_LT(open_files, 50);
}

TEST_F(SegmentsTest, verify_and_offline_readers_beside_a_server_at_work_find_no_fault) {
  auto log = open(64 * 1024);
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (std::size_t i = 0; !stop; ++i) (void)append(*log, std::vector<std::size_t>(1 + i % 20, i * 37 % 1500));
  });
  const auto enough = std::chrono::steady_clock::now() + std::chrono::seconds(3);
  for (int round = 0; round < 150 && std::chrono::steady_clock::now() < enough; ++round) {
    const Sequence durable = log->tail().sequence;
    const Verified verified = verify(files_, dir_, {});
    EXPECT_FALSE(verified.fault) << verified.fault->text;
    EXPECT_GE(verified.head.sequence, durable);
    const auto offline = OfflineLog::open(files_, dir_);
    EXPECT_TRUE(offline) << offline.error().text;
    if (!offline) break;
    EXPECT_GE((*offline)->tail().sequence, durable);
    EXPECT_EQ(read_all(**offline).size(), (*offline)->tail().sequence.value);
  }
  stop = true;
  writer.join();
}

TEST_F(SegmentsTest, an_offline_log_answers_as_the_log_does_and_takes_nothing) {
  auto log = open();
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(append(*log, {300, 2}));
  const auto records = read_all(*log);
  const auto listing = [&] { return std::distance(std::filesystem::directory_iterator(dir_), {}); };
  std::filesystem::remove(path(index_name({1})));
  const auto before = listing();
  const auto offline = OfflineLog::open(files_, dir_);
  ASSERT_TRUE(offline);
  EXPECT_EQ((*offline)->id(), log->id());
  EXPECT_EQ((*offline)->tail(), log->tail());
  EXPECT_EQ(read_all(**offline), records);
  for (const Record& record : records) EXPECT_EQ((*offline)->at(record.sequence).value(), record);
  auto group = records_after(log->end(), {1});
  EXPECT_EQ(append(**offline, group).error(), LogError::unavailable);
  EXPECT_EQ(listing(), before) << "it writes nothing, not even an index";
  EXPECT_FALSE(OfflineLog::open(files_, temporary_.path("nothing")));
}

}  // namespace
}  // namespace dialin::log
