#include "domain/config.h"

#include <gtest/gtest.h>

#include <string>

#include "domain/command.h"
#include "domain/event.h"
#include "domain/view_store.h"

namespace dialin {
namespace {

Config full() {
  Config config;
  config.category = Category::pin_dialin;
  config.phone_number = *PhoneNumber::parse("+15550001");
  config.name_prefix = "Desk";
  config.hmac = Sealed{"key-1", "box", "00112233445566ff"};
  config.room_creation_api = "https://a.example/rooms";
  config.hold_music_url = "https://a.example/music.mp3";
  config.timeout_message = "Bye";
  config.ivr_message = "Hello";
  config.sip_uri = "sip:me@here";
  return config;
}

TEST(Config, properties_have_the_names_of_the_contract) {
  const std::string_view names[] = {"phone_number",           "name_prefix",          "hmac",   "room_creation_api", "hold_music_url",
                                    "timeout_config.message", "ivr_greeting.message", "sip_uri"};
  for (std::size_t i = 0; i < kPropertyCount; ++i) {
    EXPECT_EQ(name_of(kProperties[i]), names[i]);
    EXPECT_EQ(property_named(names[i]), kProperties[i]);
  }
  EXPECT_EQ(property_named("timeout_config"), std::nullopt);
  EXPECT_EQ(property_named("HMAC"), std::nullopt);
}

TEST(Config, categories_have_the_names_of_the_contract) {
  EXPECT_EQ(name_of(Category::pinless_dialin), "pinless_dialin");
  EXPECT_EQ(name_of(Category::pin_dialin), "pin_dialin");
  EXPECT_EQ(category_named("pinless_dialin"), Category::pinless_dialin);
  EXPECT_EQ(category_named("pin_dialin"), Category::pin_dialin);
  EXPECT_EQ(category_named("pin"), std::nullopt);
}

TEST(Config, secret_is_shown_by_its_fingerprint_only) {
  const Config config = full();
  const std::string_view texts[] = {"+15550001", "Desk",  "00112233445566ff", "https://a.example/rooms", "https://a.example/music.mp3",
                                    "Bye",       "Hello", "sip:me@here"};
  for (std::size_t i = 0; i < kPropertyCount; ++i) {
    EXPECT_EQ(shown(config, kProperties[i]), texts[i]);
    EXPECT_EQ(shown(Config{}, kProperties[i]), std::nullopt);
  }
}

TEST(Config, each_property_differs_alone) {
  const Config whole = full();
  for (const Property property : kProperties) {
    PropertySet alone;
    alone.add(property);
    PropertySet others;
    for (const Property other : kProperties) {
      if (other != property) others.add(other);
    }
    EXPECT_EQ(difference(whole, only(whole, others)), alone) << name_of(property);
    EXPECT_EQ(set_properties(only(whole, alone)), alone) << name_of(property);
    EXPECT_EQ(shown(only(whole, alone), property), shown(whole, property)) << name_of(property);
  }
  EXPECT_TRUE(difference(whole, full()).empty());
  EXPECT_TRUE(set_properties(Config{}).empty());
  EXPECT_EQ(only(whole, {}).category, Category::pin_dialin);
}

TEST(Config, two_seals_of_one_secret_are_no_difference) {
  Config again = full();
  again.hmac->box = "sealed again";
  again.hmac->key_id = "key-2";
  EXPECT_TRUE(difference(full(), again).empty());
  again.hmac->fingerprint = "another";
  EXPECT_TRUE(difference(full(), again).has(Property::hmac));
}

TEST(Names, events_are_named_as_the_contract_says) {
  EXPECT_EQ(name_of(EventName::created), "ConfigCreated");
  EXPECT_EQ(name_of(EventName::updated), "ConfigUpdated");
  EXPECT_EQ(name_of(EventName::deleted), "ConfigDeleted");
  EXPECT_EQ(record_type_of(EventName::created), "dialin.config.created.v1");
  EXPECT_EQ(record_type_of(EventName::updated), "dialin.config.updated.v1");
  EXPECT_EQ(record_type_of(EventName::deleted), "dialin.config.deleted.v1");
}

TEST(Names, families_are_named_after_their_question) {
  EXPECT_EQ(name_of(Family::configs), "configs");
  EXPECT_EQ(name_of(Family::by_tenant), "by_tenant");
  EXPECT_EQ(name_of(Family::meta), "meta");
}

TEST(SipUri, names_its_config) {
  Rules rules;
  rules.sip_domain = "sip.example.com";
  const ConfigId id = *ConfigId::parse("00112233-4455-6677-8899-aabbccddeeff");
  EXPECT_EQ(sip_uri_for(id, rules), "sip:00112233445566778899aabbccddeeff@sip.example.com");
  EXPECT_EQ(config_of_sip_username("00112233445566778899aabbccddeeff"), id);
}

TEST(SipUri, user_name_is_exact) {
  for (const char* text :
       {"", "00112233445566778899AABBCCDDEEFF", "00112233-4455-6677-8899-aabbccddeeff", "00112233445566778899aabbccddeef",
        "00112233445566778899aabbccddeeff0", "sip:00112233445566778899aabbccddeeff"}) {
    EXPECT_EQ(config_of_sip_username(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace dialin
