#include "domain/decide_table.h"

namespace dialin::given {
namespace {

class DecideMove : public testing::TestWithParam<Row> {};
TEST_P(DecideMove, Row) {
  run(GetParam());
}

const Command kPinless = create(1, {{"phone_number", "+15550001"},
                                    {"name_prefix", "Desk"},
                                    {"hold_music_url", "https://a.example/m.mp3"},
                                    {"room_creation_api", "https://a.example/"},
                                    {"timeout_config.message", "Bye"}});
const Command kPin = create(1, {{"type", "pin_dialin"}, {"phone_number", "+15550001"}, {"ivr_greeting.message", "Hello"}});
const Command kBarePin = create(1, {{"type", "pin_dialin"}});
const Command kOther = create(2, {{"type", "pin_dialin"}, {"phone_number", "+15550002"}});

const Row kMoves[] = {
    {"shared_properties_carry_over_to_pin",
     {kPinless},
     move(1, 3, {{"type", "pin_dialin"}}),
     "ConfigDeleted #1 v2 moved to #3 + ConfigCreated #3 v1 pin_dialin: phone_number=+15550001, name_prefix=Desk, "
     "timeout_config.message=Bye moved from #1"},
    {"pinless_gets_a_secret_and_a_sip_uri_of_its_own",
     {kPin},
     move(1, 3, {{"type", "pinless_dialin"}}),
     "ConfigDeleted #1 v2 moved to #3 + ConfigCreated #3 v1 pinless_dialin: phone_number=+15550001, hmac=fresh #3, sip_uri=sip of #3 "
     "moved from #1"},
    {"wishes_lie_over_what_carries_over",
     {kPinless},
     move(1, 3, {{"type", "pin_dialin"}, {"name_prefix", "Hall"}, {"timeout_config", nullptr}, {"ivr_greeting.message", "Hello"}}),
     "ConfigDeleted #1 v2 moved to #3 + ConfigCreated #3 v1 pin_dialin: phone_number=+15550001, name_prefix=Hall, "
     "ivr_greeting.message=Hello moved from #1"},
    {"secret_can_be_given",
     {kPin},
     move(1, 3, {{"type", "pinless_dialin"}, {"hmac", kSecretB}}),
     std::string("ConfigDeleted #1 v2 moved to #3 + ConfigCreated #3 v1 pinless_dialin: phone_number=+15550001, hmac=") + kSecretB +
         ", sip_uri=sip of #3 moved from #1"},
    {"number_can_change_on_the_way",
     {kPinless},
     move(1, 3, {{"type", "pin_dialin"}, {"phone_number", "+15550009"}, {"name_prefix", nullptr}}),
     "ConfigDeleted #1 v2 moved to #3 + ConfigCreated #3 v1 pin_dialin: phone_number=+15550009, timeout_config.message=Bye moved from #1"},
    {"number_can_be_dropped_on_the_way_to_pin",
     {kPinless},
     move(1, 3, {{"type", "pin_dialin"}, {"phone_number", nullptr}}),
     "ConfigDeleted #1 v2 moved to #3 + ConfigCreated #3 v1 pin_dialin: name_prefix=Desk, timeout_config.message=Bye moved from #1"},
    {"same_type_is_refused", {kPin}, move(1, 3, {{"type", "pin_dialin"}}), "invalid: type"},
    {"pinless_needs_a_number", {kBarePin}, move(1, 3, {{"type", "pinless_dialin"}}), "invalid: phone_number"},
    {"number_may_come_with_the_move",
     {kBarePin},
     move(1, 3, {{"type", "pinless_dialin"}, {"phone_number", "+15550001"}}),
     "ConfigDeleted #1 v2 moved to #3 + ConfigCreated #3 v1 pinless_dialin: phone_number=+15550001, hmac=fresh #3, sip_uri=sip of #3 "
     "moved from #1"},
    {"pinless_needs_no_number_when_sip_only",
     {kBarePin},
     move(1, 3, {{"type", "pinless_dialin"}}),
     "ConfigDeleted #1 v2 moved to #3 + ConfigCreated #3 v1 pinless_dialin: hmac=fresh #3, sip_uri=sip of #3 moved from #1",
     true},
    {"number_cannot_be_dropped_on_the_way_to_pinless",
     {kPin},
     move(1, 3, {{"type", "pinless_dialin"}, {"phone_number", nullptr}}),
     "invalid: phone_number"},
    {"new_category_refuses_what_it_refuses",
     {kPinless},
     move(1, 3, {{"type", "pin_dialin"}, {"hmac", kSecretA}, {"room_creation_api", "http://a"}, {"sip_uri", "sip:me@here"}}),
     "invalid: hmac, room_creation_api, sip_uri"},
    {"pinless_refuses_a_greeting",
     {kPin},
     move(1, 3, {{"type", "pinless_dialin"}, {"ivr_greeting.message", "Hi"}}),
     "invalid: ivr_greeting.message"},
    {"number_of_another_is_refused",
     {kPinless, kOther},
     move(1, 3, {{"type", "pin_dialin"}, {"phone_number", "+15550002"}}),
     "number_in_use: +15550002 by #2"},
    {"unknown_config_is_not_found", {}, move(1, 3, {{"type", "pin_dialin"}}), "not_found"},
    {"deleted_config_is_not_found", {kPinless, remove(1)}, move(1, 3, {{"type", "pin_dialin"}}), "not_found"},
    {"moved_config_is_not_found", {kPinless, move(1, 3, {{"type", "pin_dialin"}})}, move(1, 4, {{"type", "pin_dialin"}}), "not_found"},
    {"config_of_another_tenant_is_not_found", {kPinless}, by(2, move(1, 3, {{"type", "pin_dialin"}})), "not_found"},
    {"what_came_can_go_back",
     {kPin, move(1, 3, {{"type", "pinless_dialin"}})},
     move(3, 4, {{"type", "pin_dialin"}}),
     "ConfigDeleted #3 v2 moved to #4 + ConfigCreated #4 v1 pin_dialin: phone_number=+15550001 moved from #3"},
};
INSTANTIATE_TEST_SUITE_P(Move, DecideMove, testing::ValuesIn(kMoves), name_of_row);

TEST(DecideMove, only_the_creation_remembers_the_idempotency_key) {
  Story story({kPinless});
  Command command = move(1, 3, {{"type", "pin_dialin"}});
  command.idempotency = Idempotency{{1}, {2}};
  const auto decision = decide(command, story, {});
  const Decided& events = std::get<Decided>(decision);
  ASSERT_EQ(events.size(), 2U);
  EXPECT_FALSE(events[0].idempotency.has_value());
  EXPECT_EQ(events[1].idempotency, command.idempotency);
  EXPECT_EQ(events[0].moved_to->idempotency, command.idempotency);
}

TEST(DecideMove, all_of_it_belongs_to_the_trace_of_the_call) {
  Story story({kPinless});
  Command command = move(1, 3, {{"type", "pin_dialin"}});
  command.trace = std::make_shared<const Trace>(Trace{"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", ""});
  const auto decision = decide(command, story, {});
  const Decided& events = std::get<Decided>(decision);
  ASSERT_EQ(events.size(), 2U);
  for (const TraceRef& trace : {events[0].trace, events[1].trace, events[0].moved_to->trace}) EXPECT_EQ(trace, command.trace);
}

TEST(DecideMove, deletion_carries_its_whole_successor) {
  Story story({kPin});
  const auto decision = decide(move(1, 3, {{"type", "pinless_dialin"}}), story, {});
  const Decided& events = std::get<Decided>(decision);
  const Event& successor = *events[0].moved_to;
  EXPECT_EQ(successor.config, events[1].config);
  EXPECT_EQ(successor.config.hmac->box, events[1].config.hmac->box);
  EXPECT_EQ(successor.config_id, config(3));
  EXPECT_EQ(successor.moved_from, config(1));
  EXPECT_EQ(successor.actor, "key");
}

}  // namespace
}  // namespace dialin::given
