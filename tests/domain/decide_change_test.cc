#include "domain/decide_table.h"

namespace dialin::given {
namespace {

class DecideChange : public testing::TestWithParam<Row> {};
TEST_P(DecideChange, Row) {
  run(GetParam());
}

const Command kPinless = create(1, {{"type", "pinless_dialin"}, {"phone_number", "+15550001"}, {"name_prefix", "Desk"}});
const Command kPin = create(1, {{"type", "pin_dialin"}, {"ivr_greeting.message", "Hello"}});
const Command kSipOnly = create(1, {{"type", "pinless_dialin"}});
const Command kOther = create(2, {{"type", "pin_dialin"}, {"phone_number", "+15550002"}});
const std::string kOwnSipUri = "sip:01000000000000000000000000000001@sip.dialin.local";

const Row kUpdates[] = {
    {"named_changes_absent_stays", {kPinless}, update(1, {{"name_prefix", "Hall"}}), "ConfigUpdated #1 v2: name_prefix=Desk->Hall"},
    {"null_removes", {kPinless}, update(1, {{"name_prefix", nullptr}}), "ConfigUpdated #1 v2: name_prefix=Desk->nothing"},
    {"null_of_the_group_removes_its_message",
     {kPin},
     update(1, {{"ivr_greeting", nullptr}}),
     "ConfigUpdated #1 v2: ivr_greeting.message=Hello->nothing"},
    {"all_changes_are_one_event",
     {kPinless},
     update(1, {{"phone_number", "+15550003"},
                {"name_prefix", "Hall"},
                {"timeout_config.message", "Bye"},
                {"hmac", kSecretA},
                {"room_creation_api", "http://a"},
                {"hold_music_url", "http://b"}}),
     std::string("ConfigUpdated #1 v2: phone_number=+15550001->+15550003, name_prefix=Desk->Hall, hmac=fresh #1->") + kSecretA +
         ", room_creation_api=nothing->http://a, hold_music_url=nothing->http://b, timeout_config.message=nothing->Bye"},
    {"nothing_named_changes_nothing", {kPinless}, update(1, {}), "unchanged #1 v1"},
    {"same_values_change_nothing",
     {kPinless},
     update(1, {{"type", "pinless_dialin"}, {"phone_number", "+1 (555) 0001"}, {"name_prefix", "Desk"}}),
     "unchanged #1 v1"},
    {"same_secret_changes_nothing", {kPinless, update(1, {{"hmac", kSecretA}})}, update(1, {{"hmac", kSecretA}}), "unchanged #1 v2"},
    {"null_secret_makes_a_new_one", {kPinless}, update(1, {{"hmac", nullptr}}), "ConfigUpdated #1 v2: hmac=fresh #1->renewed"},
    {"null_of_a_refused_property_is_no_wish",
     {kPin},
     update(1, {{"hmac", nullptr}, {"room_creation_api", nullptr}, {"hold_music_url", nullptr}}),
     "unchanged #1 v1"},
    {"pin_refuses_what_is_pinless",
     {kPin},
     update(1, {{"hmac", kSecretA}, {"hold_music_url", "http://a"}}),
     "invalid: hmac, hold_music_url"},
    {"pinless_refuses_what_is_pin", {kPinless}, update(1, {{"ivr_greeting.message", "Hello"}}), "invalid: ivr_greeting.message"},
    {"another_type_is_refused", {kPinless}, update(1, {{"type", "pin_dialin"}}), "invalid: type"},
    {"another_type_is_refused_beside_another_sip_uri",
     {kPinless},
     update(1, {{"type", "pin_dialin"}, {"sip_uri", nullptr}}),
     "invalid: type, sip_uri"},
    {"own_sip_uri_is_fine", {kPinless}, update(1, {{"sip_uri", kOwnSipUri.c_str()}}), "unchanged #1 v1"},
    {"null_sip_uri_of_a_pin_config_is_fine", {kPin}, update(1, {{"sip_uri", nullptr}}), "unchanged #1 v1"},
    {"another_sip_uri_is_refused", {kPinless}, update(1, {{"sip_uri", "sip:me@here"}}), "invalid: sip_uri"},
    {"sip_uri_cannot_be_removed", {kPinless}, update(1, {{"sip_uri", nullptr}}), "invalid: sip_uri"},
    {"sip_uri_of_a_pin_config_cannot_be_set", {kPin}, update(1, {{"sip_uri", "sip:me@here"}}), "invalid: sip_uri"},
    {"pinless_cannot_drop_its_number", {kPinless}, update(1, {{"phone_number", nullptr}}), "invalid: phone_number"},
    {"pinless_drops_its_number_when_sip_only",
     {kPinless},
     update(1, {{"phone_number", nullptr}}),
     "ConfigUpdated #1 v2: phone_number=+15550001->nothing",
     true},
    {"pin_drops_its_number", {kOther}, update(2, {{"phone_number", nullptr}}), "ConfigUpdated #2 v2: phone_number=+15550002->nothing"},
    {"config_without_a_number_changes_when_sip_only_is_over",
     {kSipOnly},
     update(1, {{"name_prefix", "Desk"}}),
     "ConfigUpdated #1 v2: name_prefix=nothing->Desk"},
    {"number_of_another_is_refused", {kPinless, kOther}, update(1, {{"phone_number", "+15550002"}}), "number_in_use: +15550002 by #2"},
    {"number_of_another_tenant_is_refused_without_its_name",
     {kPinless, by(2, kOther)},
     update(1, {{"phone_number", "+15550002"}}),
     "number_in_use: +15550002 by nobody you know"},
    {"number_that_another_dropped_is_free",
     {kPinless, kOther, update(2, {{"phone_number", nullptr}})},
     update(1, {{"phone_number", "+15550002"}}),
     "ConfigUpdated #1 v2: phone_number=+15550001->+15550002"},
    {"unknown_config_is_not_found", {}, update(1, {}), "not_found"},
    {"deleted_config_is_not_found", {kPinless, remove(1)}, update(1, {}), "not_found"},
    {"config_of_another_tenant_is_not_found", {kPinless}, by(2, update(1, {{"name_prefix", "Mine"}})), "not_found"},
};
INSTANTIATE_TEST_SUITE_P(Update, DecideChange, testing::ValuesIn(kUpdates), name_of_row);

const Row kDeletes[] = {
    {"live_config_goes", {kPinless}, remove(1), "ConfigDeleted #1 v2"},
    {"unknown_config_is_not_found", {}, remove(1), "not_found"},
    {"deleted_config_is_not_found", {kPinless, remove(1)}, remove(1), "not_found"},
    {"config_of_another_tenant_is_not_found", {kPinless}, by(2, remove(1)), "not_found"},
};
INSTANTIATE_TEST_SUITE_P(Delete, DecideChange, testing::ValuesIn(kDeletes), name_of_row);

const Row kConditions[] = {
    {"present_version_matches", {kPinless}, if_match({1}, remove(1)), "ConfigDeleted #1 v2"},
    {"any_of_a_list_matches", {kPinless}, if_match({7, 1}, remove(1)), "ConfigDeleted #1 v2"},
    {"star_matches_what_is_there", {kPinless}, if_match_any(remove(1)), "ConfigDeleted #1 v2"},
    {"earlier_version_is_stale", {kPinless, update(1, {{"name_prefix", "Hall"}})}, if_match({1}, remove(1)), "precondition_failed"},
    {"later_version_fails", {kPinless}, if_match({2}, remove(1)), "precondition_failed"},
    {"empty_list_matches_nothing", {kPinless}, if_match({}, remove(1)), "precondition_failed"},
    {"not_found_comes_before_it", {}, if_match({1}, remove(1)), "not_found"},
    {"it_comes_before_the_rules", {kPinless}, if_match({2}, update(1, {{"type", "pin_dialin"}})), "precondition_failed"},
    {"it_is_asked_of_a_write_that_changes_nothing", {kPinless}, if_match({2}, update(1, {})), "precondition_failed"},
    {"it_is_asked_of_a_move", {kPinless}, if_match({2}, move(1, 3, {{"type", "pin_dialin"}})), "precondition_failed"},
};
INSTANTIATE_TEST_SUITE_P(IfMatch, DecideChange, testing::ValuesIn(kConditions), name_of_row);

TEST(DecideChange, same_secret_under_a_newer_seal_keeps_the_old_one_beside_other_changes) {
  Story story({kPinless, update(1, {{"hmac", kSecretA}})});
  Command command = update(1, {{"hmac", kSecretA}, {"name_prefix", "Hall"}});
  std::get<Update>(command.action).wishes.hmac->value().box = "sealed again";
  const auto decision = decide(command, story, {});
  EXPECT_EQ(describe(decision), "ConfigUpdated #1 v3: name_prefix=Desk->Hall");
  EXPECT_EQ(std::get<Decided>(decision)[0].config.hmac->box, story.lives().at(config(1)).now.config.hmac->box);
}

TEST(DecideChange, later_events_tell_when_the_config_began) {
  Story story({kOther, kPinless});
  for (const Command& command : {update(1, {{"name_prefix", "Hall"}}), remove(1)}) {
    const auto decision = decide(command, story, {});
    const Event& event = std::get<Decided>(decision)[0];
    EXPECT_EQ(event.created_sequence, Sequence{2});
    EXPECT_EQ(event.created_at, story.lives().at(config(1)).now.created_at);
    story.happen(std::get<Decided>(decision));
  }
}

/// Counts what is asked, because each question about numbers costs a look into the views.
class Counting : public Story {
 public:
  using Story::Story;
  std::optional<Holder> holder(const PhoneNumber& number) override {
    ++asked;
    return Story::holder(number);
  }
  int asked = 0;
};

TEST(DecideChange, number_that_stays_is_not_asked_for) {
  Counting story({kPinless});
  story.asked = 0;
  decide(update(1, {{"phone_number", "+15550001"}, {"name_prefix", "Hall"}}), story, {});
  EXPECT_EQ(story.asked, 0);
  decide(update(1, {{"phone_number", "+15550009"}}), story, {});
  EXPECT_EQ(story.asked, 1);
}

}  // namespace
}  // namespace dialin::given
