#include "domain/ledger.h"

#include <gtest/gtest.h>

#include "domain/given.h"

namespace dialin::given {
namespace {

const Command kPinless = create(1, {{"type", "pinless_dialin"}, {"phone_number", "+15550001"}});
const Command kMove = move(1, 3, {{"type", "pin_dialin"}});

/// Decides in a story and gives the ledger the events by hand, so that they can be spoiled on the way.
class LedgerTest : public testing::Test {
 protected:
  Decided decided(const Command& command) {
    const auto decision = decide(command, story_, {});
    Decided events = std::get<Decided>(decision);
    story_.happen(events);
    return events;
  }
  std::string_view add(const Event* event, std::int64_t later_us = 1) {
    record_.sequence = record_.sequence.next();
    record_.time.us += later_us;
    return ledger_.add(record_, event);
  }
  std::string_view add(const Event& event, std::int64_t later_us = 1) { return add(&event, later_us); }

  Story story_;
  Ledger ledger_;
  Record record_;
};

TEST_F(LedgerTest, knows_every_config_and_who_holds_each_number) {
  EXPECT_EQ(add(nullptr), "");
  // One tenant's history; the story counts no record of the log itself, so its times are its own.
  Story other;
  for (const Command& command : {kPinless, create(2, {{"type", "pin_dialin"}}), update(1, {{"phone_number", "+15550002"}})}) {
    const auto decision = decide(command, other, {});
    Event event = std::get<Decided>(decision)[0];
    if (event.created_at) event.created_at = ledger_.configs().at(event.config_id).created_at;
    if (event.created_sequence) event.created_sequence = ledger_.configs().at(event.config_id).created_sequence;
    ASSERT_EQ(add(event), "");
    other.happen(std::get<Decided>(decision));
  }
  EXPECT_EQ(ledger_.configs().size(), 2U);
  EXPECT_EQ(ledger_.configs().at(config(1)).version, Version{2});
  EXPECT_EQ(ledger_.configs().at(config(1)).created_sequence, Sequence{2});
  ASSERT_EQ(ledger_.numbers().size(), 1U);
  EXPECT_EQ(ledger_.numbers().at("+15550002"), (Holder{tenant(1), config(1)}));
  EXPECT_EQ(ledger_.end(), "");
}

TEST_F(LedgerTest, number_has_one_holder) {
  Event first = decided(kPinless)[0];
  ASSERT_EQ(add(first), "");
  Story nobody;
  const auto decision = decide(by(2, create(2, {{"type", "pin_dialin"}, {"phone_number", "+15550001"}})), nobody, {});
  EXPECT_EQ(add(std::get<Decided>(decision)[0]), "the number is held by another config");
}

TEST_F(LedgerTest, config_stays_with_its_tenant) {
  ASSERT_EQ(add(decided(kPinless)[0]), "");
  Event event = decided(update(1, {{"name_prefix", "Hall"}}))[0];
  event.tenant = tenant(2);
  EXPECT_EQ(add(event), "the config belongs to another tenant");
}

/// What becomes of the second record of a move.
class MoveInLedger : public LedgerTest {
 protected:
  MoveInLedger() {
    Event first = decided(kPinless)[0];
    EXPECT_EQ(ledger_.add(at(1), &first), "");
    record_ = at(1);
    move_ = decided(kMove);
    Event& deletion = move_[0];
    deletion.created_at = record_.time;
    EXPECT_EQ(add(deletion, 50), "");
  }
  static Record at(std::uint64_t sequence) {
    Record record;
    record.sequence = {sequence};
    record.time = {1000};
    return record;
  }
  Decided move_;
};

TEST_F(MoveInLedger, is_whole_when_its_creation_follows_1_us_later) {
  EXPECT_EQ(ledger_.end(), "the log ends between the two records of a move");
  EXPECT_EQ(add(move_[1]), "");
  EXPECT_EQ(ledger_.end(), "");
  EXPECT_EQ(ledger_.numbers().at("+15550001"), (Holder{tenant(1), config(3)}));
  EXPECT_TRUE(ledger_.configs().at(config(1)).deleted);
}

TEST_F(MoveInLedger, is_broken_by_a_later_time) {
  EXPECT_EQ(add(move_[1], 2), "a move's creation is not 1 µs after its deletion");
}

TEST_F(MoveInLedger, is_broken_by_another_record_in_between) {
  EXPECT_EQ(add(nullptr), "a move's deletion is not followed by the creation that it announces");
}

TEST_F(MoveInLedger, is_broken_by_another_creation) {
  move_[1].config.name_prefix = "Hall";
  move_[1].changed.add(Property::name_prefix);
  EXPECT_EQ(add(move_[1]), "a move's deletion is not followed by the creation that it announces");
}

TEST_F(LedgerTest, creation_of_a_move_wants_its_deletion) {
  Event event = decided(create(2, {{"type", "pin_dialin"}}))[0];
  event.moved_from = config(1);
  EXPECT_EQ(add(event), "a move's creation does not follow its deletion");
}

}  // namespace
}  // namespace dialin::given
