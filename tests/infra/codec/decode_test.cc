#include <gtest/gtest.h>

#include <array>

#include "infra/codec/json_codec.h"
#include "infra/codec/sample_events.h"

namespace dialin::codec {
namespace {

std::string encoded(const Event& event) {
  std::string out;
  JsonCodec().encode(event, out);
  return out;
}

std::string why_not(const Record& record) {
  const auto event = JsonCodec().decode(record);
  return event ? "" : std::string(event.error().why);
}

/// What is said of `event` with `from` replaced by `to` in its JSON.
std::string why_not(const Event& event, std::string_view from, std::string_view to) {
  std::string value = encoded(event);
  const std::size_t at = value.find(from);
  if (at == std::string::npos) return "the test's text is not in the value";
  value.replace(at, from.size(), to);
  return why_not(record_of(event, value));
}

TEST(Decode, tells_what_is_wrong) {
  const Event created = created_pinless();
  const Event updated = updated_pinless();
  const Event moved = moved_to_pin();
  struct Case {
    const Event& event;
    std::string_view from, to, why;
  };
  const std::array cases = {
      Case{created, R"("ConfigCreated")", R"("ConfigRenamed")", "name is not that of an event"},
      Case{created, R"("ConfigCreated")", "7", "name is not a string"},
      Case{created, R"("name":"ConfigCreated",)", "", "name is not that of an event"},
      Case{created, R"("ConfigCreated")", R"("ConfigDeleted")", "the record's type tells another event than its name"},
      Case{created, R"("version":1)", R"("version":0)", "version is not a positive integer"},
      Case{created, R"("version":1)", R"("version":-1)", "version is not a positive integer"},
      Case{created, R"("version":1)", R"("version":1.5)", "version is not a positive integer"},
      Case{created, R"("version":1,)", "", "version is missing"},
      Case{created, R"("type":"pinless_dialin")", R"("type":"pintless")", "type is not a category"},
      Case{created, R"("type":"pinless_dialin")", R"("type":"pin_dialin")", "config.type is another than type"},
      Case{created, R"("config":)", R"("konfig":)", "config is missing"},
      Case{created, R"("+12555599999")", R"("+1 255 5599999")", "phone_number is not in normalised E.164"},
      Case{created, R"("+12555599999")", "12555599999", "phone_number is not a string"},
      Case{created, R"("room_creation_api":"https)", R"("room_creation_api":null,"x":"https)", "room_creation_api is not a string"},
      Case{created, R"({"message":"Nobody is here."})", R"("Nobody is here.")", "timeout_config is not an object with a message"},
      Case{created, R"({"message":"Nobody is here."})", R"({})", "timeout_config is not an object with a message"},
      Case{created, R"("hmac":{)", R"("hmac":"text","x":{)", "hmac is not an object"},
      Case{created, R"("key_id":)", R"("key":)", "hmac lacks key_id, sealed or fingerprint"},
      Case{created, R"("sealed":")", R"("sealed":"!)", "hmac.sealed is not base64"},
      Case{created, R"(00112233445566ff)", R"(00112233445566f)", "hmac.fingerprint is not 16 hex digits"},
      Case{created, R"("changed":[)", R"("changed":{},"x":[)", "changed is not an array"},
      Case{created, R"("changed":[)", R"("changed":[1,)", "changed holds something else than names"},
      Case{created, R"("actor":)", R"("doer":)", "actor or request_id is missing"},
      Case{created, R"("request_id":"req-1")", R"("request_id":[])", "request_id is not a string"},
      Case{traced(), R"("traceparent":"00)", R"("traceparent":7,"x":"00)", "traceparent is not a string"},
      Case{traced(), R"("tracestate":"rojo)", R"("tracestate":null,"x":"rojo)", "tracestate is not a string"},
      Case{created, R"("key":"0a)", R"("key":"0)", "idempotency.key is not 32 hex digits"},
      Case{created, R"("request":"f5)", R"("request":"g5)", "idempotency.request is not 32 hex digits"},
      Case{updated, R"("created_at":"2026)", R"("created_at":"26)", "created_at is not a time"},
      Case{updated, R"("created_sequence":2)", R"("created_sequence":"2")", "created_sequence is not a positive integer"},
      Case{updated, R"("before":{)", R"("before":[],"x":{)", "before is not an object"},
      Case{moved, R"("moved_to":{"id":")", R"("moved_to":{"id":"x)", "moved_to.id is not an id"},
      Case{moved, R"("moved_to":{"id":)", R"("moved_to":{"ID":)", "moved_to.id is missing"},
      Case{moved, R"("moved_to":{)", R"("moved_to":{"moved_to":{},)", "moved_to holds another moved_to"},
      Case{moved, R"("ConfigCreated")", R"("ConfigUpdated")", "moved_to is not a creation"},
      Case{moved, R"("moved_from":")", R"("moved_from":"x)", "moved_from is not an id"},
      Case{restored_after_delete(), R"("restored_from":1)", R"("restored_from":true)", "restored_from is not a positive integer"},
  };
  for (const Case& each : cases) EXPECT_EQ(why_not(each.event, each.from, each.to), each.why) << each.from << " -> " << each.to;
}

TEST(Decode, passes_over_what_it_does_not_know) {
  const Event event = created_pinless();
  EXPECT_EQ(why_not(event, R"({"name")", R"({"later":{"a":[1,null,{"b":"}"}]},"name")"), "");
  EXPECT_EQ(why_not(event, R"("phone_number")", R"("colour":"green","phone_number")"), "");
  EXPECT_EQ(why_not(event, R"("changed":[)", R"("changed":["colour",)"), "");
  EXPECT_EQ(why_not(traced(), R"("traceparent":"00-)", R"("traceparent":"what traces will look like: )"), "");
  EXPECT_EQ(why_not(traced(), R"("traceparent":)", R"("parent":)"), "");
}

TEST(Decode, finds_members_in_any_order) {
  const Event event = created_pinless();
  std::string value = encoded(event);
  const std::string last = value.substr(value.find(R"("actor")"), value.size() - 1 - value.find(R"("actor")"));
  value = "{" + last + "," + value.substr(1, value.find(R"(,"actor")") - 1) + "}";
  const auto decoded = JsonCodec().decode(record_of(event, value));
  ASSERT_TRUE(decoded) << decoded.error().why << value;
  EXPECT_EQ(first_difference(*decoded, event), "");
}

TEST(Decode, wants_tenant_config_and_the_right_type_of_the_record) {
  const Event event = created_pinless();
  const Record whole = record_of(event, encoded(event));
  EXPECT_EQ(why_not(whole), "");
  Record record = whole;
  record.tenant.reset();
  EXPECT_EQ(why_not(record), "the record lacks its tenant or its config");
  record = whole;
  record.config.reset();
  EXPECT_EQ(why_not(record), "the record lacks its tenant or its config");
  record = whole;
  record.type = "dialin.config.created.v2";
  EXPECT_EQ(why_not(record), "the record's type tells another event than its name");
}

TEST(Decode, refuses_every_beginning_of_a_value) {
  for (const Event& event : one_of_each()) {
    const std::string value = encoded(event);
    for (std::size_t size = 0; size < value.size(); ++size) {
      EXPECT_EQ(why_not(record_of(event, value.substr(0, size))), "the value is not a JSON object") << size;
    }
    EXPECT_EQ(why_not(record_of(event, value + "}")), "the value is not a JSON object");
    EXPECT_EQ(why_not(record_of(event, value + value)), "the value is not a JSON object");
  }
}

TEST(Decode, survives_depth_size_and_broken_text) {
  const Event event = created_pinless();
  const std::string deep(100'000, '[');
  EXPECT_EQ(why_not(record_of(event, deep)), "the value is not a JSON object");
  EXPECT_EQ(why_not(record_of(event, R"({"x":)" + deep)), "the value is not a JSON object");
  EXPECT_EQ(why_not(record_of(event, std::string(kRecordValueBytesMax + 1, ' '))), "the value is larger than a record's may be");
  EXPECT_EQ(why_not(event, "Nobody",
                    "No\xff"
                    "body"),
            "the value is not a JSON object");
  EXPECT_EQ(why_not(event, "Nobody", "No\nbody"), "the value is not a JSON object");
  EXPECT_EQ(why_not(event, "Nobody", R"(\ud800)"), "the value is not a JSON object");

  Event large = created_pinless();
  large.config.timeout_message = std::string(16'000, '\x01');
  large.config.name_prefix = std::string(60'000, '"');
  const auto decoded = JsonCodec().decode(record_of(large, encoded(large)));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(first_difference(*decoded, large), "");
}

}  // namespace
}  // namespace dialin::codec
