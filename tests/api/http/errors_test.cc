#include "api/http/errors.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace dialin::http {
namespace {

using service::WriteCode;
using service::WriteResult;

std::string seen(const Problem& problem) {
  const Response response = render(problem, false);
  return std::to_string(response.status) + ' ' + response.body;
}

TEST(Errors, every_write_that_is_refused_has_its_status_and_code) {
  const auto of = [](WriteCode code) {
    WriteResult result;
    result.code = code;
    result.why = "the disk is full";
    return seen(problem_of(result));
  };
  EXPECT_EQ(of(WriteCode::idempotency_running).substr(0, 33), R"(409 {"error":"idempotency-error",)");
  EXPECT_EQ(of(WriteCode::idempotency_mismatch).substr(0, 33), R"(422 {"error":"idempotency-error",)");
  EXPECT_EQ(of(WriteCode::unavailable), R"(503 {"error":"unavailable","info":"the disk is full"})");
  EXPECT_EQ(of(WriteCode::outcome_unknown), R"(503 {"error":"outcome-unknown","info":"the disk is full"})");
}

TEST(Errors, every_refusal_has_its_status_and_code) {
  EXPECT_EQ(seen(problem_of(Refusal{RefusalCode::not_found, {}, {}, {}})),
            R"(404 {"error":"not-found","info":"there is no config with this id"})");
  EXPECT_EQ(seen(problem_of(Refusal{RefusalCode::precondition_failed, {}, {}, {}})).substr(0, 35),
            R"(412 {"error":"precondition-failed",)");
  EXPECT_EQ(
      seen(problem_of(Refusal{RefusalCode::invalid, {{"hmac", "must be base64"}, {"type", "is missing"}}, {}, {}})),
      R"(400 {"error":"invalid-request-error","info":"hmac must be base64; type is missing","violations":[{"property":"hmac","rule":"must be base64"},)"
      R"({"property":"type","rule":"is missing"}]})");
}

TEST(Errors, a_number_in_use_names_only_ones_own_config) {
  Refusal refusal{RefusalCode::number_in_use, {}, *PhoneNumber::parse("+15550100"), {}};
  EXPECT_EQ(seen(problem_of(refusal)), R"(409 {"error":"conflict-error","info":"phone_number +15550100 is in use"})");
  ConfigState holder;
  holder.config.category = Category::pin_dialin;
  holder.config.name_prefix = "De\"sk";
  refusal.conflict = holder;
  const std::string id = holder.id.text();
  EXPECT_EQ(seen(problem_of(refusal)), R"(409 {"error":"conflict-error","info":"phone_number +15550100 is in use by your config )" + id +
                                           R"(","conflict":{"id":")" + id + R"(","type":"pin_dialin","name_prefix":"De\"sk"}})");
  refusal.conflict->config.name_prefix.reset();
  EXPECT_NE(seen(problem_of(refusal)).find(R"("name_prefix":null)"), std::string::npos);
}

TEST(Errors, what_never_became_a_request_looks_alike) {
  const std::map<unsigned, const char*> codes = {
      {400, "invalid-request-error"}, {408, "invalid-request-error"}, {413, "invalid-request-error"},
      {414, "invalid-request-error"}, {431, "invalid-request-error"}, {505, "invalid-request-error"},
      {500, "internal-error"},        {503, "unavailable"},           {418, "internal-error"}};
  for (const auto& [status, code] : codes) {
    const Problem problem = problem_of_status(status, "why");
    EXPECT_EQ(row_of(problem.kind).code, code) << status;
    EXPECT_EQ(row_of(problem.kind).status, status == 418 ? 500 : status);
  }
}

TEST(Errors, the_table_has_the_headers_that_HTTP_wants) {
  for (const ErrorRow& row : error_table()) {
    const Response response = render({row.kind, "why"}, false);
    EXPECT_EQ(response.status, row.status);
    EXPECT_EQ(response.headers.find("WWW-Authenticate: Bearer\r\n") != std::string::npos, row.status == 401);
    EXPECT_TRUE(row.status != 503 || response.headers.find("Retry-After: 1\r\n") != std::string::npos);
  }
}

TEST(Errors, problem_json_has_the_same_members) {
  const Response response = render(invalid("hmac", "must be base64"), true);
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(
      response.body,
      R"({"type":"about:blank","title":"The request breaks a rule","status":400,"detail":"hmac must be base64","error":"invalid-request-error",)"
      R"("info":"hmac must be base64","violations":[{"property":"hmac","rule":"must be base64"}]})");
}

TEST(Errors, many_violations_make_a_short_sentence_and_a_whole_list) {
  Violations many;
  for (int i = 0; i < 9; ++i) many.push_back({"p" + std::to_string(i), "is wrong"});
  const Problem problem = invalid(many);
  EXPECT_NE(problem.info.find("p4 is wrong; and 4 more"), std::string::npos) << problem.info;
  EXPECT_EQ(problem.violations.size(), 9U);
}

TEST(Accept, asks_for_problem_json_by_name) {
  for (const char* yes :
       {"application/problem+json", "Application/Problem+JSON", "text/html;q=0.5, application/problem+json",
        "application/problem+json;q=0.5, */*", "application/json, application/problem+json", "application/problem+json ; charset=utf-8"})
    EXPECT_TRUE(wants_problem(yes)) << yes;
  for (const char* no : {"", "*/*", "application/json", "application/problem+json;q=0", "application/problem+json;q=0.000",
                         "application/problem+xml", "application/json, application/problem+json;q=0.9"})
    EXPECT_FALSE(wants_problem(no)) << no;
  EXPECT_FALSE(wants_problem(std::nullopt));
}

}  // namespace
}  // namespace dialin::http
