#include "api/http/as_of.h"

#include "api/http/live_api.h"
#include "projections/keys.h"

namespace dialin::http {
namespace {

constexpr const char* kConfigs = "/domain-dialin-config";

TEST(AsOf, an_offsets_plus_may_have_become_a_blank) {
  const LogPoint time = Instant{1'777'899'900'000'000};
  for (const char* text : {"2026-05-04T13:05:00Z", "2026-05-04T15:05:00+02:00", "2026-05-04T15:05:00 02:00",
                           "2026-05-04T13:05:00.000000 00:00", "2026-05-04t07:35:00.0000009-05:30"})
    EXPECT_EQ(parse_as_of(text), time) << text;
  EXPECT_EQ(parse_as_of("2026"), LogPoint(Sequence{2026}));
  for (const char* text : {"", " ", "1 02:00", "2026-05-04 13:05:00Z", "2026-05-04T13:05:00  02:00", "2026-05-04T13:05:00 0200"})
    EXPECT_EQ(parse_as_of(text), std::nullopt) << text;
}

TEST_F(LiveApi, looks_back_where_the_routes_know_as_of_and_nowhere_else) {
  const std::string path = kConfigs + ("/" + make_pin("then"));
  const std::string then = "?as_of=" + std::to_string(applied());
  EXPECT_EQ(outcome(call("PUT", path, R"({"name_prefix":"now"})")), "200");
  EXPECT_EQ(json_of(call("GET", path + then)).at("config").at("name_prefix").as_string(), "then");
  EXPECT_EQ(json_of(call("GET", path)).at("config").at("name_prefix").as_string(), "now");
  EXPECT_EQ(json_of(call("GET", kConfigs + then)).at("data").at(0).at("config").at("name_prefix").as_string(), "then");
  EXPECT_EQ(outcome(call("GET", "/events" + then)), "400 invalid-request-error");
  EXPECT_EQ(outcome(call("PUT", path + then, R"({"name_prefix":"x"})")), "400 invalid-request-error");
}

TEST_F(LiveApi, a_look_back_needs_the_scope_audit_before_anything_is_said_of_its_value) {
  const std::string path = kConfigs + ("/" + make_pin());
  for (const std::string& target : {path, std::string(kConfigs), std::string("/numbers/+15550100")}) {
    EXPECT_EQ(outcome(call_as(reader_, "GET", target + "?as_of=1")), "403 forbidden-error") << target;
    EXPECT_EQ(outcome(call_as(reader_, "GET", target + "?as_of=never")), "403 forbidden-error") << target;
    EXPECT_EQ(outcome(call("GET", target + "?as_of=never")), "400 invalid-request-error") << target;
  }
  EXPECT_EQ(outcome(call_as(reader_, "GET", path)), "200");
}

TEST_F(LiveApi, the_past_is_unavailable_while_older_views_serve) {
  const std::string path = kConfigs + ("/" + make_pin());
  const auto batch = opened_.store->batch();
  batch->put(Family::meta, projections::kMetaSchema, "1");
  ASSERT_TRUE(opened_.store->apply(*batch));
  for (const std::string& target :
       {path + "?as_of=1", std::string("/domain-dialin-config?as_of=1"), path + "/history?as_of=2026-05-04T13:05:00Z",
        std::string("/numbers/+15550100?as_of=1"), std::string("/numbers/+15550100/history")}) {
    ReadAnswer answer = call("GET", target);
    EXPECT_EQ(outcome(answer), "503 unavailable") << target;
    EXPECT_EQ(answer.headers["retry-after"], "1");
    EXPECT_NE(answer.body.find("the views are being rebuilt; "), std::string::npos) << answer.body;
  }
  for (const std::string& target : {path, std::string(kConfigs), path + "/history", path + "/history?from=1&to=1"})
    EXPECT_EQ(outcome(call("GET", target)), "200") << target;
}

}  // namespace
}  // namespace dialin::http
