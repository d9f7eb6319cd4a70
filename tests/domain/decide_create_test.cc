#include "domain/decide_table.h"

namespace dialin::given {
namespace {

class DecideCreate : public testing::TestWithParam<Row> {};
TEST_P(DecideCreate, Row) {
  run(GetParam());
}

const Body kPinless = {{"type", "pinless_dialin"}, {"phone_number", "+15550001"}};
const Body kPin = {{"type", "pin_dialin"}};

const Row kRows[] = {
    {"pinless_gets_a_secret_and_a_sip_uri",
     {},
     create(1, kPinless),
     "ConfigCreated #1 v1 pinless_dialin: phone_number=+15550001, hmac=fresh #1, sip_uri=sip of #1"},
    {"pinless_keeps_the_secret_it_was_given",
     {},
     create(1, {{"phone_number", "+15550001"}, {"hmac", kSecretA}}),
     std::string("ConfigCreated #1 v1 pinless_dialin: phone_number=+15550001, hmac=") + kSecretA + ", sip_uri=sip of #1"},
    {"null_secret_makes_one",
     {},
     create(1, {{"type", "pinless_dialin"}, {"phone_number", "+15550001"}, {"hmac", nullptr}}),
     "ConfigCreated #1 v1 pinless_dialin: phone_number=+15550001, hmac=fresh #1, sip_uri=sip of #1"},
    {"pin_gets_neither", {}, create(1, kPin), "ConfigCreated #1 v1 pin_dialin"},
    {"pinless_takes_all_that_is_its_own",
     {},
     create(1, {{"phone_number", "+15550001"},
                {"name_prefix", "Desk"},
                {"room_creation_api", "https://a.example/r"},
                {"hold_music_url", "https://a.example/m.mp3"},
                {"timeout_config.message", "Bye"}}),
     "ConfigCreated #1 v1 pinless_dialin: phone_number=+15550001, name_prefix=Desk, hmac=fresh #1, room_creation_api=https://a.example/r, "
     "hold_music_url=https://a.example/m.mp3, timeout_config.message=Bye, sip_uri=sip of #1"},
    {"pin_takes_all_that_is_its_own",
     {},
     create(1, {{"type", "pin_dialin"},
                {"phone_number", "+15550001"},
                {"name_prefix", "Desk"},
                {"timeout_config.message", "Bye"},
                {"ivr_greeting.message", "Hello"}}),
     "ConfigCreated #1 v1 pin_dialin: phone_number=+15550001, name_prefix=Desk, timeout_config.message=Bye, ivr_greeting.message=Hello"},
    {"null_of_everything_is_no_wish",
     {},
     create(1, {{"type", "pin_dialin"},
                {"phone_number", nullptr},
                {"name_prefix", nullptr},
                {"hmac", nullptr},
                {"room_creation_api", nullptr},
                {"hold_music_url", nullptr},
                {"timeout_config", nullptr},
                {"ivr_greeting", nullptr},
                {"sip_uri", nullptr}}),
     "ConfigCreated #1 v1 pin_dialin"},
    {"pinless_needs_a_number", {}, create(1, {{"type", "pinless_dialin"}}), "invalid: phone_number"},
    {"pinless_needs_no_number_when_sip_only",
     {},
     create(1, {{"type", "pinless_dialin"}}),
     "ConfigCreated #1 v1 pinless_dialin: hmac=fresh #1, sip_uri=sip of #1",
     true},
    {"pin_refuses_what_is_pinless",
     {},
     create(1, {{"type", "pin_dialin"},
                {"hmac", kSecretA},
                {"room_creation_api", "https://a.example/"},
                {"hold_music_url", "https://a.example/"}}),
     "invalid: hmac, room_creation_api, hold_music_url"},
    {"pinless_refuses_what_is_pin",
     {},
     create(1, {{"type", "pinless_dialin"}, {"ivr_greeting.message", "Hello"}}),
     "invalid: phone_number, ivr_greeting.message"},
    {"sip_uri_is_refused", {}, create(1, {{"type", "pin_dialin"}, {"sip_uri", "sip:me@here"}}), "invalid: sip_uri"},
    {"number_is_held_once_in_a_tenant", {create(1, kPinless)}, create(2, kPinless), "number_in_use: +15550001 by #1"},
    {"number_is_held_once_across_categories",
     {create(1, kPinless)},
     create(2, {{"type", "pin_dialin"}, {"phone_number", "+1 555 0001"}}),
     "number_in_use: +15550001 by #1"},
    {"number_is_held_once_across_tenants_and_its_holder_is_not_named",
     {create(1, kPinless)},
     by(2, create(2, kPinless)),
     "number_in_use: +15550001 by nobody you know"},
    {"number_is_free_after_delete",
     {create(1, kPinless), remove(1)},
     by(2, create(2, kPinless)),
     "ConfigCreated #2 v1 pinless_dialin: phone_number=+15550001, hmac=fresh #2, sip_uri=sip of #2"},
    {"number_is_free_after_update",
     {create(1, kPinless), update(1, {{"phone_number", "+15550002"}})},
     create(2, kPinless),
     "ConfigCreated #2 v1 pinless_dialin: phone_number=+15550001, hmac=fresh #2, sip_uri=sip of #2"},
    {"rules_come_before_the_number",
     {create(1, kPinless)},
     create(2, {{"type", "pinless_dialin"}, {"phone_number", "+15550001"}, {"sip_uri", "sip:me@here"}}),
     "invalid: sip_uri"},
    {"configs_without_a_number_do_not_meet", {create(1, kPin)}, create(2, kPin), "ConfigCreated #2 v1 pin_dialin"},
    {"if_match_cannot_hold_for_what_is_not", {}, if_match({1}, create(1, kPin)), "precondition_failed"},
    {"if_match_of_any_cannot_either", {}, if_match_any(create(1, kPin)), "precondition_failed"},
};
INSTANTIATE_TEST_SUITE_P(Rules, DecideCreate, testing::ValuesIn(kRows), name_of_row);

TEST(DecideCreate, provenance_is_in_the_event) {
  Command command = create(1, kPinless);
  command.idempotency = Idempotency{{1}, {2}};
  Story story;
  const auto decision = decide(command, story, {});
  const Event& event = std::get<Decided>(decision).at(0);
  EXPECT_EQ(event.tenant, tenant(1));
  EXPECT_EQ(event.actor, "key");
  EXPECT_EQ(event.request_id, "request");
  EXPECT_EQ(event.idempotency, command.idempotency);
  EXPECT_FALSE(event.created_at || event.created_sequence);
  EXPECT_EQ(event.config.sip_uri, "sip:01000000000000000000000000000001@sip.dialin.local");
}

TEST(DecideCreate, conflict_tells_the_whole_holder_to_its_tenant_only) {
  Story story({create(1, kPinless)});
  const auto own = decide(create(2, kPinless), story, {});
  EXPECT_EQ(std::get<Refusal>(own).conflict, story.lives().at(config(1)).now);
  const auto other = decide(by(2, create(2, kPinless)), story, {});
  EXPECT_FALSE(std::get<Refusal>(other).conflict.has_value());
}

}  // namespace
}  // namespace dialin::given
