#include "domain/decide_table.h"

namespace dialin::given {
namespace {

class DecideRestore : public testing::TestWithParam<Row> {};
TEST_P(DecideRestore, Row) {
  run(GetParam());
}

const Command kPinless = create(1, {{"phone_number", "+15550001"}, {"hmac", kSecretA}});
const Command kRename = update(1, {{"name_prefix", "Hall"}});
const Command kRenumber = update(1, {{"phone_number", "+15550003"}});
const Command kTaker = create(2, {{"type", "pin_dialin"}, {"phone_number", "+15550001"}});
const std::string kWhole = std::string("pinless_dialin: phone_number=+15550001, hmac=") + kSecretA + ", sip_uri=sip of #1";

const Row kRestores[] = {
    {"live_config_is_updated", {kPinless, kRename}, restore(1, 1), "ConfigUpdated #1 v3: name_prefix=Hall->nothing restored from v1"},
    {"version_now_changes_nothing", {kPinless, kRename}, restore(1, 2), "unchanged #1 v2"},
    {"version_equal_to_now_changes_nothing", {kPinless, kRename, restore(1, 1)}, restore(1, 1), "unchanged #1 v3"},
    {"old_secret_comes_back",
     {kPinless, update(1, {{"hmac", nullptr}})},
     restore(1, 1),
     std::string("ConfigUpdated #1 v3: hmac=renewed->") + kSecretA + " restored from v1"},
    {"deleted_config_comes_back_under_its_id",
     {kPinless, kRename, remove(1)},
     restore(1, 1),
     "ConfigCreated #1 v4 " + kWhole + " restored from v1"},
    {"deletion_means_the_state_before_it", {kPinless, remove(1)}, restore(1, 2), "ConfigCreated #1 v3 " + kWhole + " restored from v2"},
    {"deletion_of_a_live_config_again",
     {kPinless, remove(1), restore(1, 1), kRename},
     restore(1, 2),
     "ConfigUpdated #1 v5: name_prefix=Hall->nothing restored from v2"},
    {"moved_config_comes_back",
     {kPinless, move(1, 3, {{"type", "pin_dialin"}}), remove(3)},
     restore(1, 1),
     "ConfigCreated #1 v3 " + kWhole + " restored from v1"},
    {"moved_config_does_not_come_back_beside_its_successor",
     {kPinless, move(1, 3, {{"type", "pin_dialin"}})},
     restore(1, 1),
     "number_in_use: +15550001 by #3"},
    {"version_that_never_was_is_refused", {kPinless}, restore(1, 2), "invalid: version"},
    {"number_that_went_is_refused_to_a_live_config", {kPinless, kRenumber, kTaker}, restore(1, 1), "number_in_use: +15550001 by #2"},
    {"number_that_went_is_refused_to_a_deleted_config",
     {kPinless, remove(1), by(2, kTaker)},
     restore(1, 1),
     "number_in_use: +15550001 by nobody you know"},
    {"number_that_came_free_again_is_fine",
     {kPinless, kRenumber, kTaker, remove(2)},
     restore(1, 1),
     "ConfigUpdated #1 v3: phone_number=+15550003->+15550001 restored from v1"},
    {"state_without_a_number_is_refused_to_pinless",
     {create(1, {{"type", "pinless_dialin"}}), update(1, {{"phone_number", "+15550001"}})},
     restore(1, 1),
     "invalid: phone_number"},
    {"state_without_a_number_is_fine_when_sip_only",
     {create(1, {{"type", "pinless_dialin"}}), update(1, {{"phone_number", "+15550001"}})},
     restore(1, 1),
     "ConfigUpdated #1 v3: phone_number=+15550001->nothing restored from v1",
     true},
    {"state_without_a_number_is_fine_for_pin",
     {create(1, {{"type", "pin_dialin"}}), remove(1)},
     restore(1, 1),
     "ConfigCreated #1 v3 pin_dialin restored from v1"},
    {"unknown_config_is_not_found", {}, restore(1, 1), "not_found"},
    {"config_of_another_tenant_is_not_found", {kPinless, remove(1)}, by(2, restore(1, 1)), "not_found"},
    {"if_match_means_the_deletion",
     {kPinless, remove(1)},
     if_match({2}, restore(1, 1)),
     "ConfigCreated #1 v3 " + kWhole + " restored from v1"},
    {"if_match_of_the_version_before_the_deletion_is_stale", {kPinless, remove(1)}, if_match({1}, restore(1, 1)), "precondition_failed"},
    {"if_match_comes_before_the_version", {kPinless}, if_match({7}, restore(1, 9)), "precondition_failed"},
};
INSTANTIATE_TEST_SUITE_P(Restore, DecideRestore, testing::ValuesIn(kRestores), name_of_row);

TEST(DecideRestore, config_keeps_its_beginning_and_its_old_seal) {
  Story story({kTaker, remove(2), kPinless, kRename, remove(1)});
  const auto& life = story.lives().at(config(1));
  const ConfigState deleted = life.now;
  story.happen(std::get<Decided>(decide(restore(1, 1), story, {})));
  EXPECT_FALSE(life.now.deleted);
  EXPECT_EQ(life.now.created_at, deleted.created_at);
  EXPECT_EQ(life.now.created_sequence, Sequence{3});
  EXPECT_GT(life.now.updated_at, deleted.updated_at);
  EXPECT_EQ(life.now.config.hmac->box, life.versions[0].hmac->box);
}

}  // namespace
}  // namespace dialin::given
