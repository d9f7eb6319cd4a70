#include <gtest/gtest.h>

#include "infra/codec/json_codec.h"
#include "infra/codec/sample_events.h"

namespace dialin::codec {
namespace {

std::string shown_as_json(const Event& event) {
  std::string out;
  JsonCodec().show(record_of(event, ""), event, out);
  return out;
}

ConfigState state_of(const Event& event) {
  ConfigState state;
  state.tenant = event.tenant;
  state.id = event.config_id;
  state.config = event.config;
  state.version = event.version;
  state.created_at = *Instant::parse("2026-05-04T13:05:00.000001Z");
  state.updated_at = *Instant::parse("2026-05-04T13:06:07.080900Z");
  return state;
}

TEST(Answer, is_the_contracts_object_with_a_hole_for_the_secret) {
  const Answer answer = JsonCodec().answer(state_of(created_pinless()), std::nullopt);
  EXPECT_EQ(answer.json.substr(0, answer.hole),
            R"({"id":"3d813cbb-47fb-42ba-91df-831e1593ac29","type":"pinless_dialin","config":{"type":"pinless_dialin",)"
            R"("phone_number":"+12555599999","name_prefix":"Früh \"am\" Morgen\n☎ 😀","hmac":")");
  EXPECT_EQ(answer.json.substr(answer.hole),
            R"(","room_creation_api":"https://example.com/rooms?a=b&c=\\d","timeout_config":{"message":"Nobody is here."},)"
            R"("sip_uri":"sip:3d813cbb47fb42ba91df831e1593ac29@sip.example.com"},"version":1,)"
            R"("created_at":"2026-05-04T13:05:00.000001Z","updated_at":"2026-05-04T13:06:07.080900Z"})");
}

TEST(Answer, of_a_pin_config_has_no_hole_and_says_that_there_is_no_sip_uri) {
  const Answer answer = JsonCodec().answer(state_of(moved_from_pinless()), moved_from_pinless().moved_from);
  EXPECT_EQ(answer.hole, 0U);
  EXPECT_EQ(answer.json,
            R"({"id":"9a7b330a-a736-41c0-88a3-2a6c7a0f3b11","type":"pin_dialin","config":{"type":"pin_dialin",)"
            R"("phone_number":"+12555599999","name_prefix":"Night","ivr_greeting":{"message":"Your PIN, please."},"sip_uri":null},)"
            R"("version":1,"created_at":"2026-05-04T13:05:00.000001Z","updated_at":"2026-05-04T13:06:07.080900Z",)"
            R"("moved_from":"3d813cbb-47fb-42ba-91df-831e1593ac29"})");
}

TEST(Answer, leaves_out_what_is_not_set) {
  ConfigState state = state_of(created_pinless());
  state.config = Config{};
  EXPECT_EQ(JsonCodec().answer(state, std::nullopt).json,
            R"({"id":"3d813cbb-47fb-42ba-91df-831e1593ac29","type":"pinless_dialin","config":{"type":"pinless_dialin"},"version":1,)"
            R"("created_at":"2026-05-04T13:05:00.000001Z","updated_at":"2026-05-04T13:06:07.080900Z"})");
}

constexpr std::string_view kEventId = "abababababababababababababababababababababababababababababababab";

TEST(Show, a_creation_changes_everything_from_nothing) {
  EXPECT_EQ(
      shown_as_json(created_pinless()),
      R"({"sequence":77,"event_id":")" + std::string(kEventId) +
          R"(","name":"ConfigCreated","config_id":"3d813cbb-47fb-42ba-91df-831e1593ac29","type":"pinless_dialin","version":1,)"
          R"("time":"2026-05-04T13:06:07.080900Z","actor":"key_00ff00ff00ff00ff","request_id":"req-1","config":{"type":"pinless_dialin",)"
          R"("phone_number":"+12555599999","name_prefix":"Früh \"am\" Morgen\n☎ 😀","hmac":"00112233445566ff",)"
          R"("room_creation_api":"https://example.com/rooms?a=b&c=\\d","timeout_config":{"message":"Nobody is here."},)"
          R"("sip_uri":"sip:3d813cbb47fb42ba91df831e1593ac29@sip.example.com"},"changes":[)"
          R"({"property":"phone_number","from":null,"to":"+12555599999"},)"
          R"({"property":"name_prefix","from":null,"to":"Früh \"am\" Morgen\n☎ 😀"},)"
          R"({"property":"hmac","from":null,"to":"00112233445566ff"},)"
          R"({"property":"room_creation_api","from":null,"to":"https://example.com/rooms?a=b&c=\\d"},)"
          R"({"property":"timeout_config.message","from":null,"to":"Nobody is here."},)"
          R"({"property":"sip_uri","from":null,"to":"sip:3d813cbb47fb42ba91df831e1593ac29@sip.example.com"}]})");
}

/// From `changes` on: what comes before differs from the creation's only by values.
std::string changes_of(const Event& event) {
  const std::string json = shown_as_json(event);
  return json.substr(json.find(R"("changes")"));
}

TEST(Show, an_update_says_what_was_and_what_is) {
  EXPECT_EQ(changes_of(updated_pinless()), R"("changes":[{"property":"name_prefix","from":"Früh \"am\" Morgen\n☎ 😀","to":"Late"},)"
                                           R"({"property":"hold_music_url","from":null,"to":"https://example.com/hold.mp3"},)"
                                           R"({"property":"timeout_config.message","from":"Nobody is here.","to":null}]})");
}

TEST(Show, a_new_secret_is_told_by_fingerprints) {
  Event event = updated_pinless();
  event.changed = {};
  event.changed.add(Property::hmac);
  event.before = only(event.config, event.changed);
  event.config.hmac->fingerprint = "8899aabbccddeeff";
  EXPECT_EQ(changes_of(event), R"("changes":[{"property":"hmac","from":"00112233445566ff","to":"8899aabbccddeeff"}]})");
}

TEST(Show, a_deletion_ends_in_nothing_and_names_where_it_moved) {
  const std::string json = changes_of(moved_to_pin());
  EXPECT_TRUE(json.starts_with(
      R"("changes":[{"property":"phone_number","from":"+12555599999","to":null},{"property":"name_prefix","from":"Late","to":null})"))
      << json;
  EXPECT_TRUE(json.ends_with(R"("to":null}],"moved_to":"9a7b330a-a736-41c0-88a3-2a6c7a0f3b11"})")) << json;
  EXPECT_EQ(json.find("ConfigCreated"), std::string::npos);
}

TEST(Show, a_trace_stands_behind_the_request) {
  const std::string json = shown_as_json(traced());
  EXPECT_NE(json.find(R"("request_id":"req-2","traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",)"
                      R"("tracestate":"rojo=00f067aa0ba902b7,congo=\"t\\61\"","config":{)"),
            std::string::npos)
      << json;
  Event event = traced();
  event.trace = std::make_shared<const Trace>(Trace{event.trace->parent, ""});
  EXPECT_NE(shown_as_json(event).find(R"(-01","config":{)"), std::string::npos);
}

TEST(Show, provenance_stands_last) {
  EXPECT_TRUE(shown_as_json(moved_from_pinless()).ends_with(R"(}],"moved_from":"3d813cbb-47fb-42ba-91df-831e1593ac29"})"));
  EXPECT_TRUE(shown_as_json(restored_after_delete()).ends_with(R"(}],"restored_from":1})"));
}

TEST(Show, never_holds_a_seal) {
  for (const Event& event : one_of_each()) {
    const std::string json = shown_as_json(event);
    EXPECT_EQ(json.find("sealed"), std::string::npos);
    EXPECT_EQ(json.find("seal_0123456789abcdef"), std::string::npos);
  }
}

std::string compared(const Event& from, const Event& to) {
  Record later = record_of(to, "");
  later.sequence = {78};
  std::string out;
  JsonCodec().compare(record_of(from, ""), from, later, to, out);
  return out;
}

TEST(Compare, tells_both_ends_and_what_differs_between_the_states_after_them) {
  EXPECT_EQ(compared(created_pinless(), updated_pinless()),
            R"({"config_id":"3d813cbb-47fb-42ba-91df-831e1593ac29","type":"pinless_dialin",)"
            R"("from":{"version":1,"sequence":77,"time":"2026-05-04T13:06:07.080900Z","name":"ConfigCreated"},)"
            R"("to":{"version":2,"sequence":78,"time":"2026-05-04T13:06:07.080900Z","name":"ConfigUpdated"},)"
            R"("changes":[{"property":"name_prefix","from":"Früh \"am\" Morgen\n☎ 😀","to":"Late"},)"
            R"({"property":"hold_music_url","from":null,"to":"https://example.com/hold.mp3"},)"
            R"({"property":"timeout_config.message","from":"Nobody is here.","to":null}]})");
}

TEST(Compare, finds_nothing_set_after_a_deletion_on_either_side) {
  const std::string gone = compared(created_pinless(), deleted_pinless());
  EXPECT_NE(gone.find(R"({"property":"phone_number","from":"+12555599999","to":null})"), std::string::npos) << gone;
  const std::string back = compared(deleted_pinless(), created_pinless());
  EXPECT_NE(back.find(R"({"property":"phone_number","from":null,"to":"+12555599999"})"), std::string::npos) << back;
  EXPECT_TRUE(compared(deleted_pinless(), deleted_pinless()).ends_with(R"("changes":[]})"));
}

TEST(Compare, tells_secrets_by_fingerprints) {
  Event renewed = created_pinless();
  renewed.config.hmac->fingerprint = "8899aabbccddeeff";
  renewed.config.hmac->box = "another seal";
  const std::string json = compared(created_pinless(), renewed);
  EXPECT_TRUE(json.ends_with(R"("changes":[{"property":"hmac","from":"00112233445566ff","to":"8899aabbccddeeff"}]})")) << json;
  Event sealed_anew = created_pinless();
  sealed_anew.config.hmac->box = "another seal";
  EXPECT_TRUE(compared(created_pinless(), sealed_anew).ends_with(R"("changes":[]})"));
}

}  // namespace
}  // namespace dialin::codec
