// The digest of the state: one value for one state, whatever way led to it, and another for every difference.

#include "domain/state_digest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>

#include "domain/evolve.h"
#include "domain/given.h"

namespace dialin::given {
namespace {

std::string hex(const Bytes32& bytes) {
  return to_hex(bytes.data(), bytes.size());
}

ConfigState whole() {
  ConfigState state;
  state.tenant = tenant(1);
  state.id = config(2);
  state.version = {3};
  state.sequence = {40};
  state.created_sequence = {5};
  state.created_at = {1'700'000'000'000'001};
  state.updated_at = {1'700'000'000'000'002};
  state.config.phone_number = number("+15550001");
  state.config.name_prefix = "Desk";
  state.config.hmac = Sealed{"key-1", "box", "0011223344556677"};
  state.config.room_creation_api = "https://a.example/";
  state.config.hold_music_url = "https://b.example/";
  state.config.timeout_message = "Later";
  state.config.ivr_message = "Hello";
  state.config.sip_uri = "sip:x@y";
  return state;
}

TEST(StateDigest, of_fixed_events_is_this_for_ever) {
  EXPECT_EQ(hex(StateDigest().digest()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
      << "of nothing, that of no bytes";
  EXPECT_EQ(hex(state_leaf(whole())), "53f7ad4ac3cc264d6ad7846cde1465a9cf0c2b4c8adaecca2ecef8e3f2e555f8");
  EXPECT_EQ(hex(state_leaf({})), "54e989e48d4184853b2a2611145129752c50b9fce428f3fd7f4a800bd8df30b1");
  StateDigest digest;
  digest.put(whole().tenant, whole().id, state_leaf(whole()));
  digest.put({}, {}, state_leaf({}));
  EXPECT_EQ(hex(digest.digest()), "9eabbea35527e5c0145e51c04d73866102d2476969b2b3335dcb89efc69f6dd1");
}

struct Difference {
  const char* field;
  std::function<void(ConfigState&)> make;
};
void PrintTo(const Difference& row, std::ostream* out) {
  *out << row.field;
}
class StateLeaf : public testing::TestWithParam<Difference> {};

TEST_P(StateLeaf, differs_with_every_field) {
  ConfigState other = whole();
  GetParam().make(other);
  EXPECT_NE(state_leaf(other), state_leaf(whole()));
}

INSTANTIATE_TEST_SUITE_P(Rows, StateLeaf,
                         testing::Values(Difference{"tenant", [](ConfigState& s) { s.tenant = tenant(2); }},
                                         Difference{"id", [](ConfigState& s) { s.id = config(3); }},
                                         Difference{"version", [](ConfigState& s) { s.version = {4}; }},
                                         Difference{"deleted", [](ConfigState& s) { s.deleted = true; }},
                                         Difference{"sequence", [](ConfigState& s) { s.sequence = {41}; }},
                                         Difference{"created_sequence", [](ConfigState& s) { s.created_sequence = {6}; }},
                                         Difference{"created_at", [](ConfigState& s) { ++s.created_at.us; }},
                                         Difference{"updated_at", [](ConfigState& s) { ++s.updated_at.us; }},
                                         Difference{"category", [](ConfigState& s) { s.config.category = Category::pin_dialin; }},
                                         Difference{"key", [](ConfigState& s) { s.config.hmac->key_id = "key-2"; }},
                                         Difference{"box", [](ConfigState& s) { s.config.hmac->box = "bax"; }},
                                         Difference{"fingerprint", [](ConfigState& s) { s.config.hmac->fingerprint = "0011223344556678"; }},
                                         Difference{"no hmac", [](ConfigState& s) { s.config.hmac.reset(); }},
                                         Difference{"no number", [](ConfigState& s) { s.config.phone_number.reset(); }},
                                         Difference{"another number", [](ConfigState& s) { s.config.phone_number = number("+15550002"); }},
                                         Difference{"no name", [](ConfigState& s) { s.config.name_prefix.reset(); }},
                                         Difference{"an empty name", [](ConfigState& s) { s.config.name_prefix = ""; }},
                                         Difference{"no room", [](ConfigState& s) { s.config.room_creation_api.reset(); }},
                                         Difference{"no music", [](ConfigState& s) { s.config.hold_music_url.reset(); }},
                                         Difference{"no message", [](ConfigState& s) { s.config.timeout_message.reset(); }},
                                         Difference{"no greeting", [](ConfigState& s) { s.config.ivr_message.reset(); }},
                                         Difference{"no sip_uri", [](ConfigState& s) { s.config.sip_uri.reset(); }},
                                         Difference{"texts that join alike", [](ConfigState& s) {
                                                      s.config.timeout_message = "LaterHello";
                                                      s.config.ivr_message = "";
                                                    }}));

/// Events with their places, as `commands` make them.
struct Written {
  std::vector<std::pair<Record, Event>> events;

  void write(const Event& event) {
    Record record;
    record.sequence = {events.size() + 1};
    record.time = {static_cast<std::int64_t>(1000 + events.size())};
    events.emplace_back(record, event);
  }
  StateFold fold(std::size_t count) const {
    StateFold fold;
    for (std::size_t at = 0; at < count; ++at) fold.add(events[at].first, &events[at].second);
    return fold;
  }
};

Event creation(unsigned id) {
  Event event;
  event.tenant = tenant(1 + id % 3);
  event.config_id = config(id);
  event.version = {1};
  event.config.name_prefix = std::to_string(id);
  return event;
}

Event deletion(const Event& of) {
  Event event = of;
  event.name = EventName::deleted;
  event.version = {2};
  event.created_sequence = Sequence{1};
  event.created_at = Instant{1};
  return event;
}

TEST(StateDigest, does_not_depend_on_the_order_in_which_configs_come) {
  std::vector<ConfigState> states;
  for (unsigned id = 0; id < 500; ++id) states.push_back(state_after(creation(id), {id + 1}, {id + 1}));
  const auto digest_of = [&] {
    StateDigest digest;
    for (const ConfigState& state : states) digest.put(state.tenant, state.id, state_leaf(state));
    return digest.digest();
  };
  const Bytes32 first = digest_of();
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    std::shuffle(states.begin(), states.end(), random);
    EXPECT_EQ(digest_of(), first);
  }
}

TEST(StateDigest, counts_a_config_once_as_it_was_left) {
  Written log;
  log.write(creation(1));
  log.write(deletion(creation(1)));
  EXPECT_EQ(log.fold(2).state().configs(), 1U) << "a deleted one, too";
  EXPECT_NE(log.fold(2).state().digest(), log.fold(1).state().digest());
}

TEST(StateDigest, shows_no_half_of_a_move) {
  Written log;
  log.write(creation(1));
  Event deleted = deletion(creation(1));
  Event created = creation(2);
  created.moved_from = deleted.config_id;
  deleted.moved_to = std::make_shared<const Event>(created);
  log.write(deleted);
  log.write(created);
  EXPECT_FALSE(log.fold(1).is_within_move());
  EXPECT_TRUE(log.fold(2).is_within_move());
  EXPECT_EQ(log.fold(2).state().digest(), log.fold(1).state().digest());
  EXPECT_FALSE(log.fold(3).is_within_move());
  EXPECT_EQ(log.fold(3).state().configs(), 2U);
}

TEST(StateDigest, passes_over_records_without_an_event) {
  Written log;
  log.write(creation(1));
  StateFold fold = log.fold(1);
  const Bytes32 before = fold.state().digest();
  fold.add({}, nullptr);
  EXPECT_EQ(fold.state().digest(), before);
}

}  // namespace
}  // namespace dialin::given
