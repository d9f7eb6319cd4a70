// What strays tell of the chain: those that nodes leave tell nothing, those that a changed topic has are told of.

#include "infra/log/kafka/stray_account.h"

#include <gtest/gtest.h>

namespace dialin::log::kafka {
namespace {

const LogId kLog{{7}};

/// Reads a topic as a walk does, by the chain rule.
struct Topic {
  StrayAccount account;
  Tail tail;
  Offset next = 0;

  void put(const Record& record, const LogId& log = kLog) {
    FoundRecord found;
    found.offset = next++;
    found.record = record;
    found.previous = record.previous;
    found.log = log;
    if (check_link(tail, record).link == Link::next) {
      account.join(record);
      tail = tail_of(record);
    } else {
      account.stray(found, kLog);
    }
  }
  void put(const std::vector<Record>& records) {
    for (const Record& record : records) put(record);
  }
  bool is_suspect() const { return account.loss().has_value(); }
};

Record after(const Tail& tail, std::string_view type, const std::string& value = "{}") {
  Record record;
  record.type = type;
  record.value = value;
  record.time = {tail.time.us + 1};
  chain_after(tail, record);
  return record;
}

/// `created`, `opened`, then events; where `opens` names a place, an `opened` again.
std::vector<Record> chain(std::size_t count, std::size_t opens = 0) {
  std::vector<Record> records;
  Tail tail;
  while (records.size() < count) {
    const std::size_t at = records.size();
    const std::string_view type = at == 0 ? kLogCreated : at == 1 || (opens != 0 && at == opens) ? kLogOpened : "dialin.config.created.v1";
    records.push_back(after(tail, type, std::to_string(at)));
    tail = tail_of(records.back());
  }
  return records;
}

/// What a node has in flight behind `tail` when it loses its place.
std::vector<Record> in_flight(Tail tail, int count, const std::string& value = "late") {
  std::vector<Record> records;
  for (int n = 0; n < count; ++n) {
    records.push_back(after(tail, "dialin.config.updated.v1", value + std::to_string(n)));
    tail = tail_of(records.back());
  }
  return records;
}

TEST(Strays, of_a_node_that_lost_its_place_tell_nothing) {
  Topic topic;
  const auto records = chain(5);
  topic.put(records);
  const auto late = in_flight(tail_of(records.back()), 3);
  topic.put(after(tail_of(records.back()), kLogOpened));
  topic.put(late);
  EXPECT_EQ(topic.account.count(), 3U);
  EXPECT_FALSE(topic.is_suspect());
  topic.put(after(topic.tail, "dialin.config.created.v1"));
  EXPECT_FALSE(topic.is_suspect());
}

TEST(Strays, of_two_that_open_at_once_tell_nothing) {
  Topic topic;
  const auto records = chain(3);
  topic.put(records);
  const Tail tail = topic.tail;
  topic.put(after(tail, kLogOpened, "one"));
  topic.put(after(tail, kLogOpened, "two"));
  EXPECT_EQ(topic.account.count(), 1U);
  EXPECT_FALSE(topic.is_suspect());
  topic.put(after(topic.tail, "dialin.config.created.v1"));
  topic.put(after(tail, kLogOpened, "three"));
  EXPECT_FALSE(topic.is_suspect()) << "however late";
}

TEST(Strays, of_two_founders_tell_nothing) {
  Topic topic;
  topic.put(after({}, kLogCreated, "one"));
  topic.put(after({}, kLogCreated, "two"));
  EXPECT_FALSE(topic.is_suspect());
}

TEST(Strays, that_repeat_the_chain_tell_nothing) {
  Topic topic;
  const auto records = chain(6);
  topic.put(records);
  topic.put(records);
  topic.put(records[3]);
  EXPECT_EQ(topic.account.count(), 7U);
  EXPECT_FALSE(topic.is_suspect());
}

TEST(Strays, behind_a_record_lost_in_flight_tell_nothing_once_the_log_was_opened_again) {
  Topic topic;
  const auto records = chain(4);
  topic.put(records);
  const auto late = in_flight(topic.tail, 4);
  topic.put({late.begin() + 1, late.end()});
  EXPECT_TRUE(topic.is_suspect()) << "not yet to be told from a record that was taken out";
  topic.put(after(topic.tail, kLogOpened));
  EXPECT_FALSE(topic.is_suspect());
  topic.put(late.back());
  EXPECT_TRUE(topic.is_suspect());
  topic.put(after(topic.tail, "dialin.config.created.v1"));
  EXPECT_FALSE(topic.is_suspect());
}

TEST(Strays, of_other_hands_tell_nothing) {
  Topic topic;
  topic.put(chain(4));
  Record unproved = chain(9).back();
  unproved.value += "x";
  topic.put(unproved);
  topic.put(chain(9, 8).back(), LogId{{8}});
  FoundRecord mark;
  mark.is_mark = true;
  topic.account.stray(mark, kLog);
  topic.account.stray({}, kLog);
  EXPECT_EQ(topic.account.count(), 3U) << "marks are none";
  EXPECT_FALSE(topic.is_suspect());
}

TEST(Strays, behind_a_record_that_was_taken_out_are_told_of) {
  for (std::size_t out = 1; out < 7; ++out) {
    Topic topic;
    auto records = chain(8);
    records.erase(records.begin() + static_cast<std::ptrdiff_t>(out));
    topic.put(records);
    EXPECT_TRUE(topic.is_suspect()) << out;
  }
}

TEST(Strays, of_two_that_were_swapped_are_told_of) {
  for (std::size_t at = 2; at < 6; ++at) {
    Topic topic;
    auto records = chain(8);
    std::swap(records[at], records[at + 1]);
    topic.put(records);
    EXPECT_TRUE(topic.is_suspect()) << at;
  }
}

TEST(Strays, behind_a_record_that_was_put_in_are_told_of) {
  for (std::size_t at = 2; at < 7; ++at) {
    Topic topic;
    auto records = chain(8);
    records.insert(records.begin() + static_cast<std::ptrdiff_t>(at),
                   after(tail_of(records[at - 1]), "dialin.config.deleted.v1", "put in"));
    topic.put(records);
    EXPECT_TRUE(topic.is_suspect()) << at;
  }
}

TEST(Strays, that_open_behind_a_record_that_is_gone_are_told_of_for_ever) {
  Topic topic;
  auto records = chain(9, 6);
  records.erase(records.begin() + 3);
  topic.put(records);
  topic.put(after(topic.tail, kLogOpened));
  topic.put(after(topic.tail, "dialin.config.created.v1"));
  ASSERT_TRUE(topic.is_suspect()) << "a node that went on upon the shorter chain does not hide it";
  EXPECT_NE(topic.account.loss()->find("offset 5"), std::string::npos) << *topic.account.loss();
}

TEST(Strays, that_are_behind_a_rewritten_end_tell_nothing_by_themselves) {
  Topic topic;
  const auto records = chain(6);
  topic.put({records.begin(), records.begin() + 4});
  topic.put(in_flight(topic.tail, 2, "rewritten"));
  EXPECT_FALSE(topic.is_suspect()) << "the true end is gone: only who knew it can tell";
}

}  // namespace
}  // namespace dialin::log::kafka
