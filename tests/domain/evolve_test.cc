#include "domain/evolve.h"

#include <gtest/gtest.h>

#include <functional>

#include "domain/given.h"

namespace dialin::given {
namespace {

const Command kCreate = create(1, {{"phone_number", "+15550001"}, {"hmac", kSecretA}});

/// A step that is right, and what spoils it: the fault must be found.
struct Spoiled {
  const char* fault;
  std::vector<Command> given;
  Command when;
  std::function<void(Event&)> spoil;
};
void PrintTo(const Spoiled& row, std::ostream* out) {
  *out << row.fault;
}

std::function<void(Event&)> spoil_successor(std::function<void(Event&)> spoil) {
  return [spoil](Event& deletion) {
    Event successor = *deletion.moved_to;
    spoil(successor);
    deletion.moved_to = std::make_shared<const Event>(successor);
  };
}

const std::vector<Command> kNothing;
const std::vector<Command> kLive = {kCreate};
const std::vector<Command> kDeleted = {kCreate, remove(1)};
const Command kUpdate = update(1, {{"name_prefix", "Hall"}});
const Command kMove = move(1, 3, {{"type", "pin_dialin"}});

const Spoiled kSpoiled[] = {
    {"the first event of a config is not its creation", kNothing, kCreate, [](Event& e) { e.name = EventName::updated; }},
    {"the first version is not 1", kNothing, kCreate, [](Event& e) { e.version = {2}; }},
    {"a first event names another one as the first", kNothing, kCreate, [](Event& e) { e.created_sequence = Sequence{1}; }},
    {"a first event names another one as the first", kNothing, kCreate, [](Event& e) { e.created_at = Instant{1}; }},
    {"a config without a past is restored", kNothing, kCreate, [](Event& e) { e.restored_from = Version{1}; }},
    {"a creation begins a move", kNothing, kCreate, [](Event& e) { e.moved_to = std::make_shared<const Event>(e); }},
    {"a config moves from itself", kNothing, kCreate, [](Event& e) { e.moved_from = e.config_id; }},
    {"the changed properties are not those that differ", kNothing, kCreate, [](Event& e) { e.changed = {}; }},
    {"the earlier values are not those that were", kNothing, kCreate, [](Event& e) { e.before.name_prefix = "Desk"; }},
    {"the version does not follow", kLive, kUpdate, [](Event& e) { e.version = {3}; }},
    {"the version does not follow", kLive, kUpdate, [](Event& e) { e.version = {1}; }},
    {"the event is another config's", kLive, kUpdate, [](Event& e) { e.config_id = config(2); }},
    {"the event is another config's", kLive, kUpdate, [](Event& e) { e.tenant = tenant(2); }},
    {"the category changes", kLive, kUpdate, [](Event& e) { e.config.category = Category::pin_dialin; }},
    {"the time of the first event is not kept", kLive, kUpdate, [](Event& e) { e.created_at.reset(); }},
    {"the sequence of the first event is not kept", kLive, kUpdate, [](Event& e) { e.created_sequence = Sequence{9}; }},
    {"a config with a past comes from a move", kLive, kUpdate, [](Event& e) { e.moved_from = config(2); }},
    {"the restored version is not an earlier one", kLive, kUpdate, [](Event& e) { e.restored_from = Version{2}; }},
    {"the restored version is not an earlier one", kLive, kUpdate, [](Event& e) { e.restored_from = Version{0}; }},
    {"a live config is created again", kLive, kUpdate, [](Event& e) { e.name = EventName::created; }},
    {"an update begins a move", kLive, kUpdate, [](Event& e) { e.moved_to = std::make_shared<const Event>(e); }},
    {"an update changes nothing", kLive, kUpdate, [](Event& e) { e.config.name_prefix.reset(); }},
    {"the sip_uri changes", kLive, kUpdate, [](Event& e) { e.config.sip_uri = "sip:me@here"; }},
    {"the changed properties are not those that differ", kLive, kUpdate, [](Event& e) { e.changed.add(Property::hmac); }},
    {"the changed properties are not those that differ", kLive, kUpdate, [](Event& e) { e.config.timeout_message = "Bye"; }},
    {"the earlier values are not those that were", kLive, kUpdate, [](Event& e) { e.before.name_prefix = "Desk"; }},
    {"a deleted config is updated", kDeleted, restore(1, 1), [](Event& e) { e.name = EventName::updated; }},
    {"a deleted config is deleted", kDeleted, restore(1, 1), [](Event& e) { e.name = EventName::deleted; }},
    {"a deleted config comes back without a restore", kDeleted, restore(1, 1), [](Event& e) { e.restored_from.reset(); }},
    {"the restored version is not an earlier one", kDeleted, restore(1, 1), [](Event& e) { e.restored_from = Version{3}; }},
    {"a creation begins a move", kDeleted, restore(1, 1), [](Event& e) { e.moved_to = std::make_shared<const Event>(e); }},
    {"the time of the first event is not kept", kDeleted, restore(1, 1), [](Event& e) { e.created_at.reset(); }},
    {"the category changes", kDeleted, restore(1, 1), [](Event& e) { e.config.category = Category::pin_dialin; }},
    {"the changed properties are not those that differ", kDeleted, restore(1, 1), [](Event& e) { e.changed = {}; }},
    {"a deletion's config is not the one that was", kLive, remove(1), [](Event& e) { e.config.name_prefix = "Hall"; }},
    {"a deletion restores", kLive, remove(1), [](Event& e) { e.restored_from = Version{1}; }},
    {"the changed properties are not those that differ", kLive, remove(1), [](Event& e) { e.changed = {}; }},
    {"the earlier values are not those that were", kLive, remove(1), [](Event& e) { e.before = {}; }},
    {"a move's deletion remembers an idempotency key", kLive, kMove, [](Event& e) { e.idempotency.emplace(); }},
    {"a move does not end in a new config", kLive, kMove, spoil_successor([](Event& e) { e.name = EventName::updated; })},
    {"a move does not end in a new config", kLive, kMove, spoil_successor([](Event& e) { e.version = {2}; })},
    {"a move ends in another tenant", kLive, kMove, spoil_successor([](Event& e) { e.tenant = tenant(2); })},
    {"a config moves to itself", kLive, kMove, spoil_successor([](Event& e) { e.config_id = config(1); })},
    {"a move keeps the category", kLive, kMove, spoil_successor([](Event& e) { e.config.category = Category::pinless_dialin; })},
    {"a move's creation does not name where it comes from", kLive, kMove, spoil_successor([](Event& e) { e.moved_from.reset(); })},
    {"the changed properties are not those that differ", kLive, kMove, spoil_successor([](Event& e) { e.changed = {}; })},
};

class SpoiledStep : public testing::TestWithParam<Spoiled> {};

TEST_P(SpoiledStep, is_found) {
  const Spoiled& row = GetParam();
  Story story(row.given);
  const auto decision = decide(row.when, story, {});
  Event event = std::get<Decided>(decision)[0];
  const auto known = story.lives().find(config(1));
  const ConfigState* before = known == story.lives().end() ? nullptr : &known->second.now;
  const Sequence sequence = story.sequence().next();
  const Instant time{story.time().us + 1};
  ASSERT_EQ(check_step(before, event, sequence, time), "");
  row.spoil(event);
  EXPECT_EQ(check_step(before, event, sequence, time), row.fault);
}
INSTANTIATE_TEST_SUITE_P(Faults, SpoiledStep, testing::ValuesIn(kSpoiled));

TEST(Evolve, place_and_time_go_forward) {
  Story story({kCreate});
  const auto decision = decide(kUpdate, story, {});
  const Event& event = std::get<Decided>(decision)[0];
  const ConfigState& before = story.lives().at(config(1)).now;
  EXPECT_EQ(check_step(&before, event, before.sequence, {before.updated_at.us + 1}), "the sequence does not increase");
  EXPECT_EQ(check_step(&before, event, before.sequence.next(), before.updated_at), "the time does not increase");
}

TEST(Evolve, state_after_a_first_event_begins_there) {
  Story story;
  const auto decision = decide(kCreate, story, {});
  const Event& event = std::get<Decided>(decision)[0];
  const ConfigState state = state_after(event, {7}, {70});
  EXPECT_EQ(state.tenant, tenant(1));
  EXPECT_EQ(state.id, config(1));
  EXPECT_EQ(state.config, event.config);
  EXPECT_EQ(state.version, Version{1});
  EXPECT_EQ(state.sequence, Sequence{7});
  EXPECT_EQ(state.created_sequence, Sequence{7});
  EXPECT_EQ(state.updated_at, Instant{70});
  EXPECT_EQ(state.created_at, Instant{70});
  EXPECT_FALSE(state.deleted);
}

TEST(Evolve, state_after_a_later_event_keeps_the_beginning) {
  Story story({kCreate});
  const auto decision = decide(remove(1), story, {});
  const ConfigState& before = story.lives().at(config(1)).now;
  const ConfigState state = state_after(std::get<Decided>(decision)[0], {9}, {before.created_at.us + 9});
  EXPECT_EQ(state.config, before.config);
  EXPECT_EQ(state.version, Version{2});
  EXPECT_EQ(state.created_sequence, Sequence{1});
  EXPECT_EQ(state.created_at, before.created_at);
  EXPECT_EQ(state.updated_at, Instant{before.created_at.us + 9});
  EXPECT_TRUE(state.deleted);
}

}  // namespace
}  // namespace dialin::given
