// How a lead is given up, and what the copy takes: the parts of the protocol whose order in time a caller notices.

#include "domain/given.h"
#include "infra/log/kafka/played_topic.h"

namespace dialin::log::kafka {
namespace {

class Lead : public ProtocolTest {
 protected:
  /// Appends one record; its outcome is written down when it is told.
  void append() {
    std::vector<Record> group{next(protocol->end())};
    protocol->append(
        group, [this](const GroupOutcome& outcome) { outcomes.push_back(outcome); }, now);
    settle();
  }
  void land(std::size_t produced, Offset at) {
    protocol->on_delivered(topic.produced[produced].first, at, now);
    settle();
  }

  /// As the codec wants it; what is in the box is of no account here.
  static Command sealed(Command command) {
    command.fresh.hmac = Sealed{"seal_test", "box", "0000000000000010"};
    return command;
  }

  std::vector<GroupOutcome> outcomes;
};

TEST_F(Lead, who_is_not_elected_any_more_takes_nothing_and_lets_land_what_is_in_flight) {
  lead();
  append();
  protocol->on_elected(false, now);
  settle();
  EXPECT_FALSE(protocol->leads());
  EXPECT_EQ(protocol->role(), Role::leading);
  append();
  land(1, kFirstAt + 2);
  ASSERT_EQ(outcomes.size(), 2U);
  EXPECT_FALSE(outcomes[0].error);
  EXPECT_EQ(outcomes[1].error, LogError::unavailable);
  EXPECT_EQ(protocol->role(), Role::following);
  EXPECT_EQ(topic.renewed, 0) << "nothing was given up";
}

TEST_F(Lead, who_has_nothing_in_flight_gives_up_at_once) {
  lead();
  protocol->on_elected(false, now);
  settle();
  EXPECT_EQ(protocol->role(), Role::following);
}

TEST_F(Lead, what_was_in_flight_when_another_took_over_is_settled_by_the_other_s_record) {
  lead();
  const Tail before = protocol->end();
  append();
  protocol->on_delivered(topic.produced[1].first, std::nullopt, now);
  settle();
  EXPECT_EQ(protocol->role(), Role::following);
  EXPECT_EQ(topic.renewed, 1);
  EXPECT_TRUE(outcomes.empty()) << "it may have landed";
  find(topic.read_begins, topic.produced[0].second);
  find(kFirstAt + 2, next(before, "another's"));
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_EQ(outcomes[0].error, LogError::unavailable);
}

TEST_F(Lead, what_landed_late_is_found_and_told_as_stored) {
  lead();
  append();
  protocol->on_delivered(topic.produced[1].first, std::nullopt, now);
  settle();
  find(topic.read_begins, topic.produced[0].second);
  find(kFirstAt + 2, topic.produced[1].second);
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_FALSE(outcomes[0].error);
}

TEST_F(Lead, a_move_is_kept_together) {
  given::Story story({sealed(given::create(1, {{"type", "pinless_dialin"}, {"phone_number", "+15550001"}}))});
  const Decided move = std::get<Decided>(decide(sealed(given::move(1, 2, {{"type", "pin_dialin"}})), story, Rules{}));
  std::vector<Record> records;
  Tail tail = tail_of(first);
  for (const Event& event : move) {
    Record record;
    record.type = record_type_of(event.name);
    record.tenant = event.tenant;
    record.config = event.config_id;
    record.time = {tail.time.us + 1};
    codec.encode(event, record.value);
    chain_after(tail, record);
    tail = tail_of(record);
    records.push_back(record);
  }
  ASSERT_EQ(records.size(), 2U);
  find(kFirstAt + 1, records[0]);
  ASSERT_EQ(protocol->why_halted(), "");
  EXPECT_EQ(protocol->end(), tail_of(records[0]));
  EXPECT_EQ(protocol->kept(), tail_of(first));
  EXPECT_TRUE(topic.kept.empty());
  find(kFirstAt + 2, records[1]);
  EXPECT_EQ(protocol->kept(), tail);
  EXPECT_EQ(topic.kept.size(), 2U);
}

TEST_F(Lead, a_copy_without_room_is_tried_again_and_nobody_is_told_meanwhile) {
  lead();
  topic.keeps = Kept::no_room;
  append();
  land(1, kFirstAt + 2);
  EXPECT_TRUE(outcomes.empty());
  EXPECT_FALSE(protocol->has_room());
  EXPECT_FALSE(protocol->is_fit(now));
  topic.keeps = Kept::done;
  pass(std::chrono::milliseconds(200));
  ASSERT_EQ(outcomes.size(), 1U);
  EXPECT_FALSE(outcomes[0].error);
  EXPECT_TRUE(protocol->has_room());
}

TEST_F(Lead, who_waits_for_the_end_is_not_held_up_by_a_copy_without_room) {
  lead();
  topic.keeps = Kept::no_room;
  append();
  land(1, kFirstAt + 2);
  std::vector<bool> told;
  protocol->confirm_end([&](bool reached) { told.push_back(reached); }, now);
  settle();
  end_is(kFirstAt + 3);
  pass(std::chrono::milliseconds(5000));
  EXPECT_EQ(told, std::vector<bool>{false});
  EXPECT_TRUE(outcomes.empty());
}

TEST_F(Lead, who_is_elected_and_cannot_lead_makes_room_for_another) {
  protocol->on_elected(true, now);
  for (int second = 0; second < 10; ++second) {
    EXPECT_TRUE(protocol->is_fit(now));
    pass(std::chrono::milliseconds(1000));
    end_is(std::nullopt);
  }
  EXPECT_FALSE(protocol->is_fit(now));
  EXPECT_EQ(protocol->why_not_leading(), "this node was elected, and could not take the lead");
  pass(std::chrono::milliseconds(3000));
  EXPECT_TRUE(protocol->is_fit(now));
  lead();
  EXPECT_EQ(protocol->why_not_leading(), "");
}

TEST_F(Lead, a_copy_that_has_other_records_halts) {
  topic.keeps = Kept::diverged;
  find(kFirstAt + 1, next(tail_of(first)));
  EXPECT_TRUE(is_halted_by("log-diverged"));
}

}  // namespace
}  // namespace dialin::log::kafka
