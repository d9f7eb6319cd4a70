// The topic under a node is what it was, or the node halts: it never goes on on another one, and never keeps what it cannot believe.

#include "infra/log/kafka/played_topic.h"

namespace dialin::log::kafka {
namespace {

using TopicWatch = ProtocolTest;

TEST_F(TopicWatch, reading_begins_with_the_record_that_the_chain_stood_at) {
  begin_again();
  EXPECT_EQ(topic.read_begins, kFirstAt);
  find(kFirstAt, first);
  EXPECT_EQ(protocol->role(), Role::following);
  EXPECT_EQ(protocol->examined(), kFirstAt + 1);
}

TEST_F(TopicWatch, another_record_in_its_place_halts) {
  begin_again();
  find(kFirstAt, next({}, "another"));
  EXPECT_TRUE(is_halted_by("log-diverged"));
}

TEST_F(TopicWatch, no_record_in_its_place_halts) {
  begin_again();
  find(kFirstAt, std::nullopt);
  EXPECT_TRUE(is_halted_by("log-diverged"));
}

TEST_F(TopicWatch, a_reading_that_begins_elsewhere_halts) {
  begin_again();
  find(kFirstAt + 5, first);
  EXPECT_TRUE(is_halted_by("log-diverged"));
}

TEST_F(TopicWatch, nobody_is_told_of_the_end_before_that_record_was_found) {
  begin_again();
  int told = 0;
  protocol->confirm_end([&](bool reached) { told += reached ? 1 : 100; }, now);
  settle();
  end_is(kFirstAt + 1);
  EXPECT_EQ(told, 0);
  find(kFirstAt, first);
  EXPECT_EQ(told, 1);
}

TEST_F(TopicWatch, a_leader_reads_from_its_last_record_when_it_reads_again) {
  lead();
  EXPECT_EQ(topic.reading, 0U) << "what it produced is all there is";
  protocol->confirm_end([](bool) {}, now);
  settle();
  end_is(kFirstAt + 5);
  EXPECT_EQ(topic.read_begins, kFirstAt + 1);
  find(kFirstAt + 1, first);
  EXPECT_TRUE(is_halted_by("log-diverged"));
}

TEST_F(TopicWatch, the_end_is_asked_for_each_second_by_everybody) {
  const int before = topic.questions;
  for (int second = 0; second < 5; ++second) {
    pass(std::chrono::milliseconds(1000));
    end_is(kFirstAt + 1);
  }
  EXPECT_EQ(topic.questions, before + 5);
  EXPECT_EQ(protocol->end_heard_at(), now);
  pass(std::chrono::milliseconds(1000));
  end_is(std::nullopt);
  EXPECT_EQ(protocol->end_heard_at(), now - std::chrono::milliseconds(1000));
}

TEST_F(TopicWatch, an_end_before_what_was_read_halts_when_it_is_told_for_15_s) {
  for (int second = 0; second <= 15; ++second) {
    EXPECT_EQ(protocol->role(), Role::following);
    pass(std::chrono::milliseconds(1000));
    end_is(kFirstAt);
  }
  EXPECT_TRUE(is_halted_by("log-diverged"));
}

TEST_F(TopicWatch, an_end_before_what_was_read_confirms_nothing) {
  std::vector<bool> told;
  protocol->confirm_end([&](bool reached) { told.push_back(reached); }, now);
  settle();
  end_is(kFirstAt);
  EXPECT_EQ(told, std::vector<bool>{false});
}

TEST_F(TopicWatch, a_reading_that_is_lost_begins_again_and_halts_when_it_is_lost_for_15_s) {
  const Reading before = topic.reading;
  const auto lose = [&] {
    protocol->on_reading_lost("the topic is gone", topic.reading, now);
    settle();
  };
  lose();
  EXPECT_EQ(topic.reading, 0U);
  pass(std::chrono::milliseconds(200));
  EXPECT_EQ(topic.reading, before + 1);
  EXPECT_EQ(topic.read_begins, kFirstAt);
  find(kFirstAt, first);
  pass(std::chrono::milliseconds(20'000));
  lose();
  EXPECT_EQ(protocol->role(), Role::following) << "it was found in between";
  for (int second = 0; second < 15; ++second) {
    EXPECT_EQ(protocol->role(), Role::following);
    pass(std::chrono::milliseconds(1000));
    lose();
  }
  EXPECT_TRUE(is_halted_by("the topic is gone"));
}

TEST_F(TopicWatch, who_asks_for_an_end_that_is_not_reached_is_told_so_in_time) {
  std::vector<bool> told;
  protocol->confirm_end([&](bool reached) { told.push_back(reached); }, now);
  settle();
  end_is(kFirstAt + 5);
  pass(std::chrono::milliseconds(4000));
  EXPECT_TRUE(told.empty());
  pass(std::chrono::milliseconds(1000));
  EXPECT_EQ(told, std::vector<bool>{false});
}

TEST_F(TopicWatch, a_broker_that_has_just_taken_over_may_be_behind) {
  for (const Offset end : {kFirstAt, kFirstAt, kFirstAt + 1, kFirstAt, kFirstAt, kFirstAt + 1}) {
    pass(std::chrono::milliseconds(1000));
    end_is(end);
  }
  EXPECT_EQ(protocol->role(), Role::following);
}

TEST_F(TopicWatch, an_event_that_is_none_halts_before_it_is_kept) {
  find(kFirstAt + 1, next(tail_of(first), std::string(record_type_of(EventName::created)), "{"));
  EXPECT_TRUE(is_halted_by("stands where record 2 belongs, but it is no event"));
  EXPECT_TRUE(topic.kept.empty());
  EXPECT_EQ(protocol->kept(), tail_of(first));
}

TEST_F(TopicWatch, a_record_of_a_type_that_is_not_known_is_kept) {
  find(kFirstAt + 1, next(tail_of(first), "dialin.later.v1", "{"));
  EXPECT_EQ(topic.kept.size(), 1U);
}

TEST_F(TopicWatch, what_does_not_stand_on_the_chain_is_a_stray) {
  find(kFirstAt + 1, next({}, "another"));
  find(kFirstAt + 2, std::nullopt);
  find(kFirstAt + 3, next(tail_of(first)));
  EXPECT_EQ(protocol->strays(), 2U);
  EXPECT_EQ(protocol->kept().sequence, Sequence{2});
}

TEST_F(TopicWatch, a_record_that_would_join_and_is_wrong_halts) {
  Record wrong = next(tail_of(first));
  wrong.value = "changed";
  find(kFirstAt + 1, wrong);
  EXPECT_TRUE(is_halted_by("the record at offset 11"));
  EXPECT_TRUE(topic.kept.empty());
}

}  // namespace
}  // namespace dialin::log::kafka
