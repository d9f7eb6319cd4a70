#include "api/http/body.h"

#include <gtest/gtest.h>

#include <string>

namespace dialin::http {
namespace {

std::string shown(const DraftField& field) {
  std::string text = field.name + '=' + std::string(name_of(field.kind));
  if (field.kind == DraftKind::text) text += ' ' + field.text;
  if (field.kind == DraftKind::integer) text += ' ' + std::to_string(field.integer);
  return text;
}

std::string draft_of(std::string_view json) {
  const Result<Body, NotJson> body = parse_body(json);
  if (!body) return "refused: " + body.error().why;
  std::string text;
  for (const DraftField& field : body->draft) text += (text.empty() ? "" : "; ") + shown(field);
  for (const Violation& each : body->violations) text += "; violation: " + each.property;
  return text;
}

TEST(Body, is_flat_in_the_order_in_which_it_was_sent) {
  EXPECT_EQ(draft_of(R"({"type":"pin_dialin","name_prefix":null})"), "type=a string pin_dialin; name_prefix=null");
  EXPECT_EQ(draft_of(R"( { "a" : 1 , "b" : -7 , "c" : 1.5 , "d" : true , "e" : [1,{"x":[]}] , "f" : {} } )"),
            "a=an integer 1; b=an integer -7; c=a number; d=a boolean; e=an array; f=an object");
  EXPECT_EQ(draft_of(R"({"a":9223372036854775807,"b":9223372036854775808,"c":1e3,"d":-9223372036854775808})"),
            "a=an integer 9223372036854775807; b=a number; c=a number; d=an integer -9223372036854775808");
  EXPECT_EQ(draft_of("{}"), "");
}

TEST(Body, gives_a_nested_object_as_one_field_a_leaf) {
  EXPECT_EQ(draft_of(R"({"timeout_config":{"message":"bye","x":2}})"),
            "timeout_config.message=a string bye; timeout_config.x=an integer 2");
  EXPECT_EQ(draft_of(R"({"timeout_config":{}})"), "timeout_config=an object");
  EXPECT_EQ(draft_of(R"({"timeout_config":{"message":{}}})"), "timeout_config.message=an object");
  EXPECT_EQ(draft_of(R"({"timeout_config":{"message":{"a":{"b":1}}},"z":1})"), "timeout_config.message=an object; z=an integer 1");
  EXPECT_EQ(draft_of(R"({"a":{"b":[{"c":1}]}})"), "a.b=an array");
}

TEST(Body, keeps_escapes_apart_from_what_they_mean) {
  EXPECT_EQ(draft_of(R"({"a":"\u00e9\ud83d\ude00\n\"\\\/"})"), "a=a string \xC3\xA9\xF0\x9F\x98\x80\n\"\\/");
}

TEST(Body, never_takes_a_name_with_a_dot_for_a_nested_one) {
  EXPECT_EQ(draft_of(R"({"timeout_config.message":"x"})"), "; violation: timeout_config.message");
  EXPECT_EQ(draft_of(R"({"timeout_config.message":"x","timeout_config":{"message":"y"}})"),
            "timeout_config.message=a string y; violation: timeout_config.message");
  EXPECT_EQ(draft_of(R"({"":{"phone_number":"x"}})"), ".phone_number=a string x");
  EXPECT_EQ(draft_of(R"({"a":{"b.c":1,"d":2}})"), "a.d=an integer 2; violation: b.c");
}

struct Bad {
  const char* name;
  std::string body;
  const char* says;
};

TEST(Body, says_why_it_is_not_acceptable_and_where) {
  const Bad table[] = {
      {"empty", "", "is empty"},
      {"blank", "  ", "ends too early, at byte 2"},
      {"text", "hello", "is not JSON: syntax error, at byte 0"},
      {"cut", R"({"a":"b")", "ends too early, at byte 8"},
      {"trailing text", R"({"a":1} x)", "has something behind the JSON object, at byte 8"},
      {"two objects", "{}{}", "has something behind the JSON object, at byte 2"},
      {"trailing comma", R"({"a":1,})", "is not JSON: syntax error, at byte 7"},
      {"comment", R"({/*x*/"a":1})", "is not JSON: syntax error"},
      {"single quotes", "{'a':1}", "is not JSON: syntax error, at byte 1"},
      {"duplicate", R"({"a":1,"a":2})", R"(names "a" twice, at byte )"},
      {"duplicate inside", R"({"t":{"m":1,"m":2}})", R"(names "m" twice)"},
      {"duplicate in an array", R"({"t":[{"m":1,"m":2}]})", R"(names "m" twice)"},
      {"duplicate where nobody looks", R"({"a":{"b":{"c":{"m":1,"m":2}}}})", R"(names "m" twice)"},
      {"duplicate by escape", "{\"a\":1,\"\\u0061\":2}", R"(names "a" twice)"},
      {"array", "[]", "must be a JSON object, not an array"},
      {"null", "null", "must be a JSON object, not null"},
      {"number", "1", "must be a JSON object, not an integer"},
      {"string", R"("x")", "must be a JSON object, not a string"},
      {"too deep", R"({"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}})" + std::string("}"), "something behind"},
      {"one deeper", R"({"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{}}}}}}}}})", "must not be nested deeper than 8, at byte 40"},
      {"very deep arrays", R"({"a":)" + std::string(30000, '['), "must not be nested deeper than 8"},
      {"not UTF-8", "{\"a\":\"\xFF\"}", "is not UTF-8"},
      {"overlong", "{\"a\":\"\xC0\xAF\"}", "is not UTF-8"},
      {"surrogate bytes", "{\"a\":\"\xED\xA0\x80\"}", "is not UTF-8"},
      {"not UTF-8 in a name", "{\"\xFF\":1}", "is not UTF-8"},
      {"lone leading surrogate", R"({"a":"\ud800"})", "lone surrogate"},
      {"leading before text", R"({"a":"\ud800x"})", "lone surrogate"},
      {"leading before another escape", R"({"a":"\ud800\n"})", "lone surrogate"},
      {"leading twice", R"({"a":"\ud800\ud800"})", "lone surrogate"},
      {"lone trailing surrogate", R"({"a":"\udc00x"})", "lone surrogate"},
      {"byte order mark", "\xEF\xBB\xBF{}", "byte order mark"},
      {"control character", "{\"a\":\"b\nc\"}", "is not JSON: syntax error"},
      {"bad escape", R"({"a":"\x41"})", "is not JSON: syntax error"},
      {"NaN", R"({"a":NaN})", "is not JSON: syntax error, at byte 5"},
      {"leading zero", R"({"a":01})", "is not JSON: syntax error"},
      {"UTF-16", std::string("{\0\"\0", 4), "is not JSON"},
  };
  for (const Bad& bad : table) {
    const std::string said = draft_of(bad.body);
    EXPECT_EQ(said.rfind("refused: ", 0), 0U) << bad.name << ": " << said;
    EXPECT_NE(said.find(bad.says), std::string::npos) << bad.name << ": " << said;
  }
}

TEST(Body, is_bounded_in_properties) {
  const auto with = [](int count) {
    std::string json = "{";
    for (int i = 0; i < count; ++i) json += (i > 0 ? ",\"p" : "\"p") + std::to_string(i) + "\":1";
    return json + "}";
  };
  EXPECT_TRUE(parse_body(with(64)).has_value());
  EXPECT_EQ(draft_of(with(65)).rfind("refused: must not have more than 64 properties", 0), 0U);
  std::string nested = "{";
  for (int i = 0; i < 9; ++i) nested += (i > 0 ? ",\"o" : "\"o") + std::to_string(i) + "\":" + with(8);
  EXPECT_EQ(draft_of(nested + "}").rfind("refused: must not have more than 64 properties", 0), 0U);
}

}  // namespace
}  // namespace dialin::http
