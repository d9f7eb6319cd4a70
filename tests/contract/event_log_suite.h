#pragma once
// What every EventLog must do, whatever it stands on: the comments of domain/event_log.h as tests. A home of the log instantiates it:
//   INSTANTIATE_TEST_SUITE_P(Embedded, EventLogSuite, testing::Values(LogHomeMaker{"embedded", make_home}), name_of_home);
// Included by one source file a program; the tests stand in the header because each home is tested in its own program.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "domain/codec.h"
#include "domain/event_log.h"

namespace dialin::contract {

/// A place where one log lives, opened and left again and again.
class LogHome {
 public:
  virtual ~LogHome() = default;
  /// Founds the log the first time. One at a time.
  virtual std::unique_ptr<EventLog> open() = 0;
  /// Leaves `log` as a process that is killed leaves it, without the steps of a clean stop.
  virtual void crash(std::unique_ptr<EventLog> log) = 0;
  virtual const Codec& codec() const = 0;
  /// How often a test may open it anew: as often as is bearable.
  virtual int openings() const { return 100; }
};

struct LogHomeMaker {
  std::string name;
  std::function<std::unique_ptr<LogHome>()> make;
};
inline std::string name_of_home(const testing::TestParamInfo<LogHomeMaker>& info) {
  return info.param.name;
}

/// Bounds every wait: a log that does not answer fails the test instead of stopping it.
constexpr std::chrono::seconds kAnswerMax{20};

class EventLogSuite : public testing::TestWithParam<LogHomeMaker> {
 protected:
  EventLogSuite() : home_(GetParam().make()), log_(home_->open()) {}

  void reopen() {
    log_.reset();
    log_ = home_->open();
  }
  void crash_and_reopen() {
    home_->crash(std::move(log_));
    log_ = home_->open();
  }

  /// `size` records, each later than the one before; of a type that is no event's: a log looks into those.
  std::vector<Record> group(std::size_t size, const std::string& value) const {
    std::vector<Record> records(size);
    Instant time = log_->end().time;
    for (Record& record : records) {
      record.type = "dialin.contract.v1";
      record.tenant = TenantId{{1, 2, 3}};
      record.config = ConfigId{{4, 5, 6}};
      record.time = time = {time.us + 1};
      record.value = value;
    }
    return records;
  }

  Result<Tail, LogError> append(std::vector<Record>& records) {
    auto answer = std::make_shared<std::promise<Result<Tail, LogError>>>();
    auto future = answer->get_future();
    log_->append(records, [answer](Result<Tail, LogError> result) { answer->set_value(result); });
    if (future.wait_for(kAnswerMax) != std::future_status::ready) {
      ADD_FAILURE() << "append was not answered";
      return LogError::unknown;
    }
    return future.get();
  }

  std::vector<Record> append_group(std::size_t size, const std::string& value) {
    std::vector<Record> records = group(size, value);
    const auto tail = append(records);
    EXPECT_TRUE(tail && *tail == tail_of(records.back()));
    return records;
  }

  /// Everything from `from` to the end; a fault fails the test.
  std::vector<Record> read_all(Sequence from = {1}) const {
    const auto reader = log_->read(from);
    std::vector<Record> records;
    Record record;
    RecordReader::Next next;
    while ((next = reader->next(record)) == RecordReader::Next::record) records.push_back(record);
    EXPECT_EQ(next, RecordReader::Next::end) << reader->fault();
    return records;
  }

  /// The two records of a move, without their places.
  std::vector<Record> move_of_a_config() const {
    auto creation = std::make_shared<Event>();
    creation->name = EventName::created;
    creation->tenant = {{1, 2, 3}};
    creation->config_id = {{7, 8, 9}};
    creation->version = {1};
    creation->config.category = Category::pin_dialin;
    creation->config.phone_number = *PhoneNumber::parse("+12555599999");
    creation->changed = set_properties(creation->config);
    creation->actor = "key";
    creation->request_id = "request";
    creation->moved_from = ConfigId{{4, 5, 6}};
    Event deletion = *creation;
    deletion.name = EventName::deleted;
    deletion.config_id = *creation->moved_from;
    deletion.version = {2};
    deletion.config.category = Category::pinless_dialin;
    deletion.moved_from.reset();
    deletion.moved_to = creation;
    deletion.created_at = Instant{1'000'000};
    deletion.created_sequence = Sequence{3};

    std::vector<Record> records = group(2, "");
    const std::array<const Event*, 2> events{&deletion, creation.get()};
    for (std::size_t i = 0; i < events.size(); ++i) {
      records[i].type = record_type_of(events[i]->name);
      records[i].config = events[i]->config_id;
      home_->codec().encode(*events[i], records[i].value);
    }
    return records;
  }

  std::unique_ptr<LogHome> home_;
  std::unique_ptr<EventLog> log_;
};

TEST_P(EventLogSuite, the_first_record_founds_the_log_and_the_second_opens_it) {
  const auto records = read_all();
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].type, kLogCreated);
  EXPECT_EQ(records[0].previous, RecordId{});
  const auto created = home_->codec().decode_created(records[0]);
  ASSERT_TRUE(created);
  EXPECT_EQ(created->log, log_->id());
  EXPECT_NE(log_->id(), LogId{});
  const auto opened = home_->codec().decode_opened(records[1]);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->term, 1u);
  for (const Record& record : records) EXPECT_TRUE(!record.tenant && !record.config);
}

TEST_P(EventLogSuite, each_opening_appends_a_record_of_the_next_term_and_its_own_nonce) {
  std::vector<Bytes16> nonces;
  const LogId id = log_->id();
  for (std::uint64_t term = 1; term <= 5; ++term) {
    const auto records = read_all();
    const auto opened = home_->codec().decode_opened(records.back());
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->term, term);
    EXPECT_EQ(std::count(nonces.begin(), nonces.end(), opened->nonce), 0);
    nonces.push_back(opened->nonce);
    append_group(1, "between openings");
    reopen();
    EXPECT_EQ(log_->id(), id);
  }
}

TEST_P(EventLogSuite, append_sets_place_and_id_before_it_returns) {
  const Tail before = log_->end();
  std::vector<Record> records = group(3, "{}");
  std::promise<void> answered;
  log_->append(records, [&](Result<Tail, LogError>) { answered.set_value(); });
  Tail tail = before;
  for (const Record& record : records) {
    EXPECT_EQ(check_link(tail, record).link, Link::next);
    tail = tail_of(record);
  }
  EXPECT_EQ(log_->end(), tail);
  ASSERT_EQ(answered.get_future().wait_for(kAnswerMax), std::future_status::ready);
  EXPECT_EQ(log_->tail(), tail);
}

TEST_P(EventLogSuite, appends_are_answered_once_each_and_in_order) {
  constexpr int kGroups = 50;
  std::mutex mutex;
  std::vector<Sequence> answers, ends;
  std::promise<void> all;
  for (int i = 0; i < kGroups; ++i) {
    std::vector<Record> records = group(static_cast<std::size_t>(1 + i % 7), "{}");
    log_->append(records, [&](Result<Tail, LogError> tail) {
      const std::lock_guard lock(mutex);
      answers.push_back(tail ? tail->sequence : Sequence{});
      if (answers.size() == kGroups) all.set_value();
    });
    ends.push_back(records.back().sequence);
  }
  ASSERT_EQ(all.get_future().wait_for(kAnswerMax), std::future_status::ready);
  const std::lock_guard lock(mutex);  // the last one still holds it for a moment
  EXPECT_EQ(answers, ends);
  EXPECT_EQ(log_->tail().sequence, ends.back());
}

TEST_P(EventLogSuite, what_was_appended_is_read_back_gapless_chained_and_later_each_time) {
  std::vector<Record> written = read_all();
  for (std::size_t size : {1u, 2u, 17u, 100u}) {
    const auto records = append_group(size, std::string(size * 13, 'v'));
    written.insert(written.end(), records.begin(), records.end());
  }
  const auto records = read_all();
  EXPECT_EQ(records, written);
  Tail tail;
  for (const Record& record : records) {
    ASSERT_EQ(check_link(tail, record).link, Link::next);
    tail = tail_of(record);
  }
  EXPECT_EQ(log_->tail(), tail);
  EXPECT_EQ(log_->end(), tail);
}

TEST_P(EventLogSuite, a_group_may_have_as_many_records_as_the_bound) {
  append_group(kGroupRecordsMax, "{}");
  EXPECT_EQ(read_all().size(), 2 + kGroupRecordsMax);
}

TEST_P(EventLogSuite, large_groups_may_be_in_flight_together) {
  constexpr std::size_t kGroups = 4;
  std::array<std::promise<Result<Tail, LogError>>, kGroups> answers;
  Tail last;
  for (auto& answer : answers) {
    std::vector<Record> records = group(20, std::string(kRecordValueBytesMax / 5, 'x'));
    records.back().value.assign(kRecordValueBytesMax, 'x');
    log_->append(records, [&](Result<Tail, LogError> tail) { answer.set_value(tail); });
    last = tail_of(records.back());
  }
  for (auto& answer : answers) {
    auto future = answer.get_future();
    ASSERT_EQ(future.wait_for(kAnswerMax), std::future_status::ready);
    EXPECT_TRUE(future.get());
  }
  EXPECT_EQ(log_->tail(), last);
}

TEST_P(EventLogSuite, a_group_beyond_the_bound_is_a_broken_invariant) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  std::vector<Record> empty;
  EXPECT_DEATH(log_->append(empty, [](Result<Tail, LogError>) {}), "broken invariant");
  std::vector<Record> great = group(kGroupRecordsMax + 1, "");
  EXPECT_DEATH(log_->append(great, [](Result<Tail, LogError>) {}), "broken invariant");
}

TEST_P(EventLogSuite, every_field_comes_back_as_it_was_given) {
  std::vector<Record> records = group(5, "");
  records[0].value.clear();
  records[1].value = std::string(kRecordValueBytesMax, 'x');
  records[2].tenant.reset();
  records[2].config.reset();
  records[3].type = std::string(255, 't');
  records[3].config.reset();
  records[4].type = "t";
  records[4].value = "{\"bytes\":\"\xc3\xa9\"}";
  ASSERT_TRUE(append(records));
  EXPECT_EQ(read_all({3}), records);
  for (const Record& record : records) EXPECT_EQ(log_->at(record.sequence).value(), record);
  reopen();
  for (const Record& record : records) EXPECT_EQ(log_->at(record.sequence).value(), record);
}

TEST_P(EventLogSuite, at_gives_each_record_and_says_not_found_beyond_either_end) {
  append_group(20, "{}");
  const auto records = read_all();
  for (const Record& record : records) EXPECT_EQ(log_->at(record.sequence).value(), record);
  for (const Sequence none : {Sequence{0}, Sequence{records.size() + 1}, Sequence{1'000'000'000}}) {
    const auto record = log_->at(none);
    ASSERT_FALSE(record);
    EXPECT_EQ(record.error(), LogError::not_found);
  }
}

TEST_P(EventLogSuite, reading_begins_anywhere) {
  append_group(30, "{}");
  const auto records = read_all();
  for (std::size_t from = 1; from <= records.size(); ++from) {
    EXPECT_EQ(read_all({from}), std::vector<Record>(records.begin() + static_cast<std::ptrdiff_t>(from) - 1, records.end()));
  }
}

TEST_P(EventLogSuite, a_reader_at_the_end_goes_on_when_more_is_appended) {
  const auto reader = log_->read({1});
  const auto ahead = log_->read({6});
  Record record;
  while (reader->next(record) == RecordReader::Next::record) {}
  EXPECT_EQ(ahead->next(record), RecordReader::Next::end);
  for (int round = 0; round < 10; ++round) {
    for (const Record& written : append_group(3, "{}")) {
      ASSERT_EQ(reader->next(record), RecordReader::Next::record);
      EXPECT_EQ(record, written);
      if (written.sequence < Sequence{6}) continue;
      ASSERT_EQ(ahead->next(record), RecordReader::Next::record);
      EXPECT_EQ(record, written);
    }
    EXPECT_EQ(reader->next(record), RecordReader::Next::end);
    EXPECT_EQ(ahead->next(record), RecordReader::Next::end);
  }
}

TEST_P(EventLogSuite, confirm_end_tells_the_last_durable_sequence) {
  append_group(4, "{}");
  std::promise<Sequence> confirmed;
  log_->confirm_end([&](Result<Sequence, LogError> end) { confirmed.set_value(end ? *end : Sequence{}); });
  auto future = confirmed.get_future();
  ASSERT_EQ(future.wait_for(kAnswerMax), std::future_status::ready);
  EXPECT_EQ(future.get(), log_->tail().sequence);
}

TEST_P(EventLogSuite, reopening_finds_everything) {
  std::vector<Record> expected = read_all();
  for (int round = 0; round < home_->openings(); ++round) {
    const auto records = append_group(static_cast<std::size_t>(round % 3 + 1), "{}");
    expected.insert(expected.end(), records.begin(), records.end());
    reopen();
    const auto opened = log_->at(log_->tail().sequence);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->type, kLogOpened);
    expected.push_back(*opened);
  }
  EXPECT_EQ(read_all(), expected);
}

TEST_P(EventLogSuite, a_crash_loses_nothing_that_was_answered) {
  std::vector<Record> expected = read_all();
  for (int round = 0; round < 10; ++round) {
    const auto records = append_group(5, "{}");
    expected.insert(expected.end(), records.begin(), records.end());
    crash_and_reopen();
    const auto found = read_all();
    ASSERT_EQ(found.size(), expected.size() + 1);
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), found.begin()));
    expected = found;
  }
}

TEST_P(EventLogSuite, half_a_move_at_the_end_is_completed_by_the_next_opening) {
  const auto both = move_of_a_config();
  std::vector<Record> half{both[0]};
  ASSERT_TRUE(append(half));
  crash_and_reopen();
  const auto records = read_all(half[0].sequence);
  ASSERT_EQ(records.size(), 3u);
  EXPECT_EQ(records[0], half[0]);
  EXPECT_EQ(records[1].type, both[1].type);
  EXPECT_EQ(records[1].tenant, both[1].tenant);
  EXPECT_EQ(records[1].config, both[1].config);
  EXPECT_EQ(records[1].value, both[1].value);
  EXPECT_EQ(records[1].time.us, half[0].time.us + 1);
  EXPECT_EQ(records[2].type, kLogOpened);
}

TEST_P(EventLogSuite, a_whole_move_at_the_end_is_left_alone) {
  auto both = move_of_a_config();
  ASSERT_TRUE(append(both));
  crash_and_reopen();
  EXPECT_EQ(read_all(both[0].sequence).size(), 3u);
}

TEST_P(EventLogSuite, readers_on_other_threads_see_each_durable_record_once_and_none_before_it_is_durable) {
  constexpr std::size_t kRecords = 3000;
  constexpr int kReaders = 4;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kReaders; ++i) {
    threads.emplace_back([&, reader = std::shared_ptr<RecordReader>(log_->read({1}))] {
      Record record;
      for (std::uint64_t expected = 1; expected <= 2 + kRecords;) {
        const auto next = reader->next(record);
        if (next == RecordReader::Next::fault || log_->tail().sequence.value + 1 < expected) {
          ++wrong;
          return;
        }
        if (next == RecordReader::Next::end) {
          std::this_thread::yield();
          continue;
        }
        if (record.sequence.value != expected || log_->tail().sequence < record.sequence) ++wrong;
        const auto same = log_->at(record.sequence);
        if (!same || *same != record) ++wrong;
        ++expected;
      }
    });
  }
  for (std::size_t done = 0; done < kRecords; done += 20) append_group(20, std::string(200, 'x'));
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace dialin::contract
