#include "domain/validate.h"

#include <gtest/gtest.h>

#include "domain/command.h"

namespace dialin {
namespace {

DraftField text(std::string name, std::string value) {
  return {std::move(name), DraftKind::text, std::move(value), 0};
}
DraftField of_kind(std::string name, DraftKind kind) {
  return {std::move(name), kind, {}, 0};
}
DraftField null(std::string name) {
  return of_kind(std::move(name), DraftKind::null);
}
DraftField integer(std::string name, std::int64_t value) {
  return {std::move(name), DraftKind::integer, {}, value};
}

const std::string kSecret = std::string(22, 'A') + "==";
const Draft kAll = {text("type", "pin_dialin"),
                    text("phone_number", "tel:+1 555 0001"),
                    text("name_prefix", "Desk"),
                    text("hmac", kSecret),
                    text("room_creation_api", "https://a.example/rooms"),
                    text("hold_music_url", "https://a.example/music.mp3"),
                    text("timeout_config.message", "Bye"),
                    text("ivr_greeting.message", "Hello"),
                    text("sip_uri", "anything")};

TEST(Validate, fit_values_become_a_patch) {
  const Validated validated = validate(kAll);
  EXPECT_EQ(validated.violations, Violations{});
  const Patch& patch = validated.patch;
  EXPECT_EQ(patch.category, Category::pin_dialin);
  EXPECT_EQ(patch.phone_number.value()->text(), "+15550001");
  EXPECT_EQ(patch.name_prefix.value(), "Desk");
  EXPECT_EQ(patch.hmac.value(), kSecret);
  EXPECT_EQ(patch.room_creation_api.value(), "https://a.example/rooms");
  EXPECT_EQ(patch.hold_music_url.value(), "https://a.example/music.mp3");
  EXPECT_EQ(patch.timeout_message.value(), "Bye");
  EXPECT_EQ(patch.ivr_message.value(), "Hello");
  EXPECT_EQ(patch.sip_uri.value(), "anything");
}

TEST(Validate, what_is_not_named_is_no_wish) {
  const Patch patch = validate({}).patch;
  EXPECT_FALSE(patch.category || patch.phone_number || patch.name_prefix || patch.hmac || patch.room_creation_api || patch.hold_music_url ||
               patch.timeout_message || patch.ivr_message || patch.sip_uri);
}

TEST(Validate, null_is_the_wish_to_remove) {
  const Validated validated =
      validate({null("phone_number"), null("name_prefix"), null("hmac"), null("room_creation_api"), null("hold_music_url"),
                null("timeout_config.message"), null("ivr_greeting.message"), null("sip_uri")});
  EXPECT_EQ(validated.violations, Violations{});
  const auto removes = [](const auto& change) { return change.has_value() && !change->has_value(); };
  const Patch& patch = validated.patch;
  EXPECT_TRUE(removes(patch.phone_number) && removes(patch.name_prefix) && removes(patch.hmac) && removes(patch.room_creation_api) &&
              removes(patch.hold_music_url) && removes(patch.timeout_message) && removes(patch.ivr_message) && removes(patch.sip_uri));
}

TEST(Validate, null_of_a_group_removes_its_message_and_an_empty_one_says_nothing) {
  const Validated nulls = validate({null("timeout_config"), null("ivr_greeting")});
  EXPECT_EQ(nulls.violations, Violations{});
  EXPECT_TRUE(nulls.patch.timeout_message.has_value() && !nulls.patch.timeout_message->has_value());
  EXPECT_TRUE(nulls.patch.ivr_message.has_value() && !nulls.patch.ivr_message->has_value());
  const Validated empty = validate({of_kind("timeout_config", DraftKind::object), of_kind("ivr_greeting", DraftKind::object)});
  EXPECT_EQ(empty.violations, Violations{});
  EXPECT_FALSE(empty.patch.timeout_message || empty.patch.ivr_message);
}

/// One field, and what is said about it.
struct Refused {
  DraftField field;
  const char* property;
  const char* rule;
};

TEST(Validate, refusal_names_property_and_rule) {
  const Refused rows[] = {
      {text("type", "pin"), "type", "must be \"pinless_dialin\" or \"pin_dialin\""},
      {null("type"), "type", "must be \"pinless_dialin\" or \"pin_dialin\", not null"},
      {integer("type", 1), "type", "not an integer"},
      {text("phone_number", "5550001"), "phone_number", "must begin with +"},
      {integer("phone_number", 15550001), "phone_number", "must be a string or null, not an integer"},
      {text("name_prefix", ""), "name_prefix", "must be 1 to 256 characters long, not 0"},
      {text("name_prefix", std::string(257, 'a')), "name_prefix", "1 to 256"},
      {of_kind("name_prefix", DraftKind::boolean), "name_prefix", "must be a string or null, not a boolean"},
      {text("hmac", "secret"), "hmac", "must be base64"},
      {of_kind("hmac", DraftKind::array), "hmac", "must be a string or null, not an array"},
      {text("hmac.key", "x"), "hmac", "must be a string or null, not an object"},
      {text("type.name", "x"), "type", "not an object"},
      {text("room_creation_api", "/rooms"), "room_creation_api", "must be an absolute https or http URL"},
      {of_kind("room_creation_api", DraftKind::number), "room_creation_api", "must be a string or null, not a number"},
      {text("hold_music_url", "ftp://a.example/m.mp3"), "hold_music_url", "scheme"},
      {text("timeout_config.message", ""), "timeout_config.message", "must be 1 to 4096 characters long, not 0"},
      {text("timeout_config.message", std::string(4097, 'a')), "timeout_config.message", "not 4097"},
      {text("timeout_config", "Bye"), "timeout_config", "must be an object with a message, or null, not a string"},
      {of_kind("timeout_config.message", DraftKind::object), "timeout_config.message", "must be a string or null, not an object"},
      {text("ivr_greeting.message", std::string("a\0b", 3)), "ivr_greeting.message", "NUL"},
      {integer("ivr_greeting", 7), "ivr_greeting", "must be an object with a message, or null, not an integer"},
      {integer("sip_uri", 7), "sip_uri", "must be a string or null, not an integer"},
      {text("phone_nubmer", "+15550001"), "phone_nubmer", "is not a property; the nearest one is phone_number"},
      {text("timeout_config.msg", "Bye"), "timeout_config.msg", "the nearest one is timeout_config.message"},
      {text("Type", "pin_dialin"), "Type", "the nearest one is type"},
      {text("", "x"), "", "is not a property"},
      {text("config.name_prefix", "Desk"), "config", "put the properties at the top level"},
      {of_kind("config", DraftKind::object), "config", "put the properties at the top level"},
      {null("config"), "config", "put the properties at the top level"},
      {text("configs", "x"), "configs", "is not a property; the nearest"},
  };
  for (const Refused& row : rows) {
    const Violations violations = validate({row.field}).violations;
    ASSERT_EQ(violations.size(), 1U) << row.field.name << " of kind " << name_of(row.field.kind);
    EXPECT_EQ(violations[0].property, row.property);
    EXPECT_NE(violations[0].rule.find(row.rule), std::string::npos) << row.field.name << ": " << violations[0].rule;
  }
}

TEST(Validate, lengths_are_inclusive) {
  EXPECT_TRUE(validate({text("name_prefix", std::string(256, 'a'))}).violations.empty());
  EXPECT_TRUE(validate({text("timeout_config.message", std::string(4096, 'a'))}).violations.empty());
}

TEST(Validate, all_violations_are_told_in_the_order_of_the_body_once_a_property) {
  const Validated validated =
      validate({text("hmac", "x"), text("foo", "x"), text("name_prefix", "fine"), text("phone_number", "x"), text("config.type", "x"),
                text("config.hmac", "x"), text("sip_uri.a", "x"), text("sip_uri.b", "x")});
  std::vector<std::string> named;
  for (const Violation& violation : validated.violations) named.push_back(violation.property);
  EXPECT_EQ(named, (std::vector<std::string>{"hmac", "foo", "phone_number", "config", "sip_uri"}));
  EXPECT_EQ(validated.patch.name_prefix.value(), "fine");
}

TEST(Validate, listing_unknown_names_has_an_end_and_known_ones_are_still_checked) {
  Draft draft;
  for (int i = 0; i < 1000; ++i) draft.push_back(text("unknown_" + std::to_string(i), "x"));
  draft.push_back(text("hmac", "x"));
  const Violations violations = validate(draft).violations;
  EXPECT_EQ(violations.size(), kUnknownNamesShownMax + 1);
  EXPECT_EQ(violations.back().property, "hmac");
}

TEST(Validate, restore_is_a_version_and_nothing_else) {
  EXPECT_EQ(validate_restore({integer("version", 1)}).value(), Version{1});
  const std::pair<Draft, std::vector<std::string>> refused[] = {
      {{}, {"version"}},
      {{integer("version", 0)}, {"version"}},
      {{integer("version", -1)}, {"version"}},
      {{text("version", "1")}, {"version"}},
      {{null("version")}, {"version"}},
      {{of_kind("version", DraftKind::number)}, {"version"}},
      {{integer("version", 1), text("name_prefix", "Desk")}, {"name_prefix"}},
      {{integer("versoin", 1)}, {"versoin"}},
      {{integer("versoin", 1), integer("version", 0)}, {"versoin", "version"}},
  };
  for (const auto& [draft, properties] : refused) {
    const auto version = validate_restore(draft);
    ASSERT_FALSE(version.has_value());
    std::vector<std::string> named;
    for (const Violation& violation : version.error()) named.push_back(violation.property);
    EXPECT_EQ(named, properties);
  }
}

TEST(CategoryMeant, follows_from_the_type_or_from_what_one_category_has_alone) {
  const auto meant = [](const Draft& draft) { return category_meant(validate(draft).patch); };
  const std::string url = "https://a.example/";
  EXPECT_EQ(meant({text("type", "pin_dialin"), text("hmac", kSecret)}), Category::pin_dialin);
  EXPECT_EQ(meant({text("hmac", kSecret)}), Category::pinless_dialin);
  EXPECT_EQ(meant({text("room_creation_api", url)}), Category::pinless_dialin);
  EXPECT_EQ(meant({text("hold_music_url", url)}), Category::pinless_dialin);
  EXPECT_EQ(meant({text("ivr_greeting.message", "Hello")}), Category::pin_dialin);
  EXPECT_EQ(meant({text("hmac", kSecret), text("ivr_greeting.message", "Hello")}), std::nullopt);
  EXPECT_EQ(meant({text("phone_number", "+15550001"), text("timeout_config.message", "Bye")}), std::nullopt);
  EXPECT_EQ(meant({null("hmac"), null("ivr_greeting")}), std::nullopt);
  EXPECT_EQ(meant({null("hmac"), text("ivr_greeting.message", "Hello")}), Category::pin_dialin);
}

std::vector<std::string> refused_by(const Draft& draft, Category category, bool creating, bool allow_sip_only = false) {
  Rules rules;
  rules.allow_sip_only = allow_sip_only;
  std::vector<std::string> named;
  for (const Violation& violation : check_category(validate(draft).patch, category, creating, rules)) named.push_back(violation.property);
  return named;
}
using Named = std::vector<std::string>;

TEST(CategoryRules, refuse_what_belongs_to_the_other_category) {
  EXPECT_EQ(refused_by(kAll, Category::pinless_dialin, false), Named{"ivr_greeting.message"});
  EXPECT_EQ(refused_by(kAll, Category::pin_dialin, false), (Named{"hmac", "room_creation_api", "hold_music_url"}));
}

TEST(CategoryRules, creation_refuses_a_sip_uri) {
  EXPECT_EQ(refused_by(kAll, Category::pinless_dialin, true), (Named{"ivr_greeting.message", "sip_uri"}));
  EXPECT_EQ(refused_by({null("sip_uri")}, Category::pin_dialin, true), Named{});
}

TEST(CategoryRules, pinless_has_a_number_unless_sip_only) {
  EXPECT_EQ(refused_by({}, Category::pinless_dialin, true), Named{"phone_number"});
  EXPECT_EQ(refused_by({null("phone_number")}, Category::pinless_dialin, true), Named{"phone_number"});
  EXPECT_EQ(refused_by({null("phone_number")}, Category::pinless_dialin, false), Named{"phone_number"});
  EXPECT_EQ(refused_by({}, Category::pinless_dialin, false), Named{});
  EXPECT_EQ(refused_by({}, Category::pinless_dialin, true, true), Named{});
  EXPECT_EQ(refused_by({null("phone_number")}, Category::pinless_dialin, false, true), Named{});
  EXPECT_EQ(refused_by({}, Category::pin_dialin, true), Named{});
  EXPECT_EQ(refused_by({null("phone_number")}, Category::pin_dialin, false), Named{});
}

TEST(CategoryRules, sealing_the_secret_changes_nothing) {
  SealedPatch wishes;
  wishes.hmac.emplace(Sealed{});
  EXPECT_EQ(check_category(wishes, Category::pin_dialin, false, {}).at(0).property, "hmac");
  EXPECT_TRUE(check_category(wishes, Category::pinless_dialin, false, {}).empty());
  wishes.hmac->reset();
  EXPECT_TRUE(check_category(wishes, Category::pin_dialin, false, {}).empty());
}

}  // namespace
}  // namespace dialin
