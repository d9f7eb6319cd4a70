// What is said over HTTP, on the whole store. Rules of values and decisions have their own tables (tests/domain); the contract call by call
// is in tests/end_to_end.

#include <gtest/gtest.h>

#include <future>

#include "api/http/live_api.h"

namespace dialin::http {
namespace {

constexpr const char* kConfigs = "/domain-dialin-config";

std::string violations_of(const ReadAnswer& answer) {
  std::string text;
  const auto said = json_of(answer);
  for (const auto& each : said.at("violations").as_array())
    text += (text.empty() ? "" : ",") + std::string(each.at("property").as_string());
  return text;
}

TEST_F(LiveApi, refuses_in_one_order_path_key_method_scope_media_type_body) {
  const std::string bad = "Content-Type: text/plain\r\n";
  EXPECT_EQ(outcome(call_as("", "PATCH", "/nowhere", "x", bad)), "404 not-found");
  EXPECT_EQ(outcome(call_as("", "PATCH", kConfigs, "x", bad)), "400 authorization-header-error");
  EXPECT_EQ(outcome(call_as("wrong", "PATCH", kConfigs, "x", bad)), "401 authentication-error");
  EXPECT_EQ(outcome(call_as(reader_, "PATCH", kConfigs, "x", bad)), "405 invalid-request-error");
  EXPECT_EQ(outcome(call_as(reader_, "POST", kConfigs, "x", bad)), "403 forbidden-error");
  EXPECT_EQ(outcome(call("POST", kConfigs, "x", bad)), "415 invalid-request-error");
  EXPECT_EQ(outcome(call("POST", "/domain-dialin-config?x=1", "x")), "400 invalid-request-error");
  EXPECT_EQ(outcome(call("POST", kConfigs, "x")), "400 json-parsing-error");
  EXPECT_EQ(outcome(call_as("", "POST", "/healthz")), "405 invalid-request-error");
  EXPECT_EQ(outcome(call("OPTIONS", "/events")), "405 invalid-request-error");
}

TEST_F(LiveApi, says_request_id_and_position_on_every_answer) {
  for (const char* target : {"/", "/healthz", "/readyz", "/metrics", "/nowhere", kConfigs, "/domain-dialin-config/x", "/events?limit=x"}) {
    ReadAnswer answer = call("GET", target, {}, "X-Request-Id: mine\r\n");
    EXPECT_EQ(answer.headers["x-request-id"], "mine") << target;
    EXPECT_EQ(answer.headers["dialin-sequence"], std::to_string(applied())) << target;
  }
  EXPECT_EQ(call("GET", "/", {}, "X-Request-Id: not one word\r\n").headers["x-request-id"].size(), 36U);
  EXPECT_EQ(call("GET", "/", {}, "X-Request-Id: " + std::string(129, 'x') + "\r\n").headers["x-request-id"].size(), 36U);
  EXPECT_EQ(call("GET", "/", {}, "X-Request-Id: a\r\nX-Request-Id: b\r\n").headers["x-request-id"].size(), 36U);
  ReadAnswer malformed = call("GET", "/" + std::string(9000, 'x'));
  EXPECT_EQ(outcome(malformed), "414 invalid-request-error");
  EXPECT_EQ(malformed.headers["x-request-id"].size(), 36U);
  EXPECT_EQ(malformed.headers["dialin-sequence"], std::to_string(applied()));
}

TEST_F(LiveApi, a_request_too_large_to_be_served_is_answered_as_it_asks) {
  ReadAnswer answer = call("POST", kConfigs, std::string(70'000, ' '), "X-Request-Id: mine\r\nAccept: application/problem+json\r\n");
  EXPECT_EQ(answer.status, 413U);
  EXPECT_EQ(answer.headers["x-request-id"], "mine");
  EXPECT_EQ(answer.headers["content-type"], "application/problem+json");
}

TEST_F(LiveApi, a_change_or_a_move_reports_everything_that_is_wrong_at_once) {
  const std::string pin = std::string(kConfigs) + "/" + make_pin();
  EXPECT_EQ(violations_of(call("PUT", pin, R"({"name_prefix":"","type":"pinless_dialin","sip_uri":"sip:a@b"})")),
            "name_prefix,type,sip_uri");
  EXPECT_EQ(violations_of(call("POST", pin + "/move", R"({"type":"pinless_dialin","name_prefix":""})")), "name_prefix,phone_number");
  EXPECT_EQ(violations_of(call("POST", pin + "/move", R"({"type":"pin_dialin","name_prefix":""})")), "name_prefix,type");
}

TEST_F(LiveApi, request_ids_are_fresh) {
  EXPECT_NE(call("GET", "/").headers["x-request-id"], call("GET", "/").headers["x-request-id"]);
}

TEST_F(LiveApi, a_create_reports_everything_that_is_wrong_at_once) {
  const ReadAnswer answer = call(
      "POST", kConfigs,
      R"({"type":"pin_dialin","hmac":"AAAAAAAAAAAAAAAAAAAAAA==","name_prefix":"","colour":1,"phone_number":"555","sip_uri":"sip:a@b"})");
  EXPECT_EQ(violations_of(answer), "name_prefix,colour,phone_number,hmac,sip_uri");
  EXPECT_EQ(violations_of(call("POST", kConfigs, R"({"type":"pinless_dialin","phone_number":"555"})")), "phone_number");
  EXPECT_EQ(violations_of(call("POST", kConfigs, R"({"name_prefix":"x"})")), "type");
  EXPECT_EQ(violations_of(call("POST", kConfigs, R"({"type":"other","name_prefix":""})")), "type,name_prefix");
}

TEST_F(LiveApi, a_change_reports_what_its_category_refuses_with_the_rest) {
  const std::string path = kConfigs + ("/" + make_pin());
  EXPECT_EQ(violations_of(call("PUT", path, R"({"name_prefix":"","room_creation_api":"https://example.com/"})")),
            "name_prefix,room_creation_api");
  EXPECT_EQ(violations_of(call("PUT", path, R"({"room_creation_api":"https://example.com/"})")), "room_creation_api");
  EXPECT_EQ(violations_of(call("POST", path + "/move", R"({"type":"pinless_dialin","name_prefix":"","ivr_greeting":{"message":"x"}})")),
            "name_prefix,phone_number,ivr_greeting.message");
  EXPECT_EQ(violations_of(call("POST", path + "/move", R"({"name_prefix":"x"})")), "type");
  EXPECT_EQ(violations_of(call("POST", path + "/restore", R"({"version":0,"x.y":1})")), "x.y,version");
}

TEST_F(LiveApi, violations_come_after_not_found_and_a_stale_condition) {
  const std::string path = kConfigs + ("/" + make_pin());
  for (const char* tail : {"", "/move", "/restore"}) {
    EXPECT_EQ(outcome(call("POST", path + tail, R"({"colour":1})")), "400 invalid-request-error") << tail;
    EXPECT_EQ(outcome(call("POST", path + tail, R"({"colour":1})", "If-Match: \"7\"\r\n")), "412 precondition-failed") << tail;
    EXPECT_EQ(outcome(call_as(stranger_, "POST", path + tail, R"({"colour":1})", "If-Match: \"7\"\r\n")), "404 not-found") << tail;
  }
  EXPECT_EQ(outcome(call("DELETE", path)), "200");
  EXPECT_EQ(outcome(call("PUT", path, R"({"colour":1})")), "404 not-found");
}

TEST_F(LiveApi, what_is_no_id_is_not_found_whatever_is_asked) {
  for (const char* id : {"x", "%00", "{}", "5F0C6F0E3D0B4A559C1E8A5A1D1F7B10"}) {
    const std::string path = kConfigs + ("/" + std::string(id));
    EXPECT_EQ(outcome(call("GET", path)), "404 not-found");
    EXPECT_EQ(outcome(call("PUT", path, "not JSON")), "404 not-found");
    EXPECT_EQ(outcome(call("DELETE", path)), "404 not-found");
    EXPECT_EQ(outcome(call("GET", path + "/history")), "404 not-found");
  }
}

TEST_F(LiveApi, a_get_has_the_secret_where_it_belongs) {
  const char* secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  ReadAnswer made =
      call("POST", kConfigs, R"({"type":"pinless_dialin","phone_number":"+15550100","hmac":")" + std::string(secret) + R"("})");
  ASSERT_EQ(outcome(made), "200");
  EXPECT_EQ(json_of(made).at("config").at("hmac").as_string(), secret);
  EXPECT_EQ(made.headers["etag"], "\"1\"");
  const ReadAnswer got = call("GET", made.headers["location"]);
  EXPECT_EQ(got.body, made.body);
  EXPECT_EQ(json_of(call("GET", kConfigs)).at("data").at(0), json_of(made));
  EXPECT_EQ(call("GET", "/numbers/tel:+1%20555-0100").body, made.body);
  EXPECT_EQ(call("GET", made.headers["location"] + "/history").body.find(secret), std::string::npos);
  EXPECT_EQ(outcome(call_as(stranger_, "GET", "/numbers/+15550100")), "404 not-found");
  EXPECT_EQ(outcome(call("GET", "/numbers/5550100")), "400 invalid-request-error");
  EXPECT_EQ(outcome(call("GET", "/numbers/%zz")), "400 invalid-request-error");
}

TEST_F(LiveApi, a_get_answers_conditions_and_head) {
  const std::string path = kConfigs + ("/" + make_pin());
  ReadAnswer unchanged = call("GET", path, {}, "If-None-Match: W/\"1\"\r\n");
  EXPECT_EQ(unchanged.status, 304U);
  EXPECT_EQ(unchanged.headers["etag"], "\"1\"");
  EXPECT_EQ(unchanged.body, "");
  EXPECT_EQ(outcome(call("GET", path, {}, "If-None-Match: 1\r\n")), "400 invalid-request-error");
  EXPECT_EQ(outcome(call("GET", path, {}, "If-None-Match: \"1\"\r\nIf-None-Match: \"2\"\r\n")), "400 invalid-request-error");
  const ReadAnswer head = call("HEAD", path);
  EXPECT_EQ(head.status, 200U);
  EXPECT_EQ(head.body, "");
}

TEST_F(LiveApi, a_dry_run_stores_nothing_and_promises_no_place) {
  const std::uint64_t before = applied();
  ReadAnswer made = call("POST", "/domain-dialin-config?dry_run=true", R"({"type":"pinless_dialin","phone_number":"+15550101"})");
  EXPECT_EQ(outcome(made), "200");
  EXPECT_EQ(json_of(made).at("config").at("hmac").as_string().size(), 44U);
  EXPECT_FALSE(made.headers.contains("etag") || made.headers.contains("location"));
  const std::string path = kConfigs + ("/" + make_pin());
  EXPECT_EQ(call("DELETE", path + "?dry_run=true").body, R"({"status":"deleted","id":")" + path.substr(22) + "\"}");
  EXPECT_EQ(outcome(call("DELETE", path + "?dry_run=maybe")), "400 invalid-request-error");
  EXPECT_EQ(applied(), before + 1) << "the one that was really made";
}

TEST_F(LiveApi, an_idempotency_key_knows_its_request_by_all_that_makes_it) {
  const std::string path = kConfigs + ("/" + make_pin());
  const std::string key = "Idempotency-Key: front desk\r\n";
  const ReadAnswer first = call("PUT", path, R"({"name_prefix":"a"})", key);
  EXPECT_EQ(outcome(first), "200");
  const ReadAnswer again = call("PUT", "/v1" + path, R"({"name_prefix":"a"})", key);
  EXPECT_EQ(again.body, first.body) << "the prefix makes it no other call";
  EXPECT_EQ(again.headers.at("dialin-sequence"), first.headers.at("dialin-sequence"));
  EXPECT_EQ(again.headers.at("etag"), first.headers.at("etag"));
  EXPECT_EQ(outcome(call("PUT", path, R"({"name_prefix":"b"})", key)), "422 idempotency-error");
  EXPECT_EQ(outcome(call("POST", path, R"({"name_prefix":"a"})", key)), "422 idempotency-error");
  EXPECT_EQ(outcome(call("PUT", path, R"({"name_prefix":"a"})", key + "If-Match: \"1\"\r\n")), "422 idempotency-error");
  EXPECT_EQ(outcome(call("PUT", path, R"({"name_prefix":"a"} )", key)), "422 idempotency-error");
  EXPECT_EQ(outcome(call_as(stranger_, "PUT", path, R"({"name_prefix":"a"})", key)), "404 not-found");
  for (const std::string& bad : {std::string(256, 'k'), std::string("t\tab"), std::string("\xC3\xA9")})
    EXPECT_EQ(outcome(call("PUT", path, "{}", "Idempotency-Key: " + bad + "\r\n")), "400 invalid-request-error") << bad;
}

TEST_F(LiveApi, a_read_waits_for_its_position) {
  const std::string path = kConfigs + ("/" + make_pin("a"));
  auto later = std::async(std::launch::async,
                          [&] { return call("GET", path, {}, "Dialin-Min-Sequence: " + std::to_string(applied() + 1) + "\r\n"); });
  EXPECT_EQ(later.wait_for(std::chrono::milliseconds(200)), std::future_status::timeout);
  EXPECT_EQ(outcome(call("PUT", path, R"({"name_prefix":"b"})")), "200");
  EXPECT_EQ(json_of(later.get()).at("config").at("name_prefix").as_string(), "b");
  EXPECT_EQ(outcome(call("GET", path, {}, "Dialin-Consistency: strong\r\n")), "200");
  EXPECT_EQ(outcome(call("GET", "/events", {}, "Dialin-Consistency: strong\r\nDialin-Min-Sequence: 1\r\n")), "200");
  for (const char* bad :
       {"Dialin-Min-Sequence: x\r\n", "Dialin-Min-Sequence:\r\n", "Dialin-Min-Sequence: -1\r\n", "Dialin-Consistency: weak\r\n"})
    EXPECT_EQ(outcome(call("GET", path, {}, bad)), "400 invalid-request-error") << bad;
}

TEST_F(LiveApi, a_read_whose_position_does_not_come_is_unavailable) {
  ReadAnswer answer = call("GET", kConfigs, {}, "Dialin-Min-Sequence: 9223372036854775807\r\n");
  EXPECT_EQ(outcome(answer), "503 unavailable");
  EXPECT_EQ(answer.headers["retry-after"], "1");
}

TEST_F(LiveApi, pages_of_events_come_in_slices_and_say_where_they_end) {
  const std::string id = make_pin("0");
  for (int i = 1; i < 150; ++i) call("PUT", kConfigs + ("/" + id), R"({"name_prefix":")" + std::to_string(i) + "\"}");
  const auto all = json_of(call("GET", "/events?limit=1000"));
  EXPECT_EQ(all.at("data").as_array().size(), 150U);
  EXPECT_FALSE(all.at("more").as_bool());
  std::uint64_t after = 0;
  for (std::size_t page = 0; page < 2; ++page) {
    const auto some = json_of(call("GET", kConfigs + ("/" + id) + "/history?limit=75&after=" + std::to_string(after)));
    ASSERT_EQ(some.at("data").as_array().size(), 75U);
    EXPECT_EQ(some.at("data").at(0), all.at("data").at(page * 75));
    EXPECT_EQ(some.at("more").as_bool(), page == 0);
    after = some.at("next_after").to_number<std::uint64_t>();
    EXPECT_EQ(after, some.at("data").at(74).at("sequence").to_number<std::uint64_t>());
  }
  const auto behind = json_of(call("GET", "/events?after=" + std::to_string(after)));
  EXPECT_TRUE(behind.at("data").as_array().empty());
  EXPECT_EQ(behind.at("next_after").to_number<std::uint64_t>(), after);
}

TEST_F(LiveApi, is_unready_for_the_reasons_given) {
  EXPECT_EQ(json_of(call_as("", "GET", "/readyz")).at("status").as_string(), "ready");
  call_as("", "GET", "/metrics");
  EXPECT_EQ(telemetry_.gauge(Gauge::ready), 1.0);
  reasons_ = {"the node is stopping"};
  const ReadAnswer answer = call_as("", "GET", "/readyz");
  EXPECT_EQ(answer.status, 503U);
  EXPECT_EQ(json_of(answer).at("reasons").at(0).as_string(), "the node is stopping");
  call_as("", "GET", "/metrics");
  EXPECT_EQ(telemetry_.gauge(Gauge::ready), 0.0);
  EXPECT_EQ(call_as("", "GET", "/healthz").body, R"({"status":"ok"})");
  EXPECT_EQ(call_as("", "GET", "/openapi.json").body, R"({"openapi":1})");
  EXPECT_EQ(call_as("", "GET", "/asyncapi.json").body, R"({"asyncapi":1})");
}

TEST_F(LiveApi, long_reads_are_refused_when_too_many_wait) {
  std::promise<void> gate;
  const std::shared_future<void> opened = gate.get_future().share();
  std::promise<void> begun;
  slow_reads_->submit(TenantId{}, [&](service::SlowReads::Turn) {
    begun.set_value();
    opened.wait();
  });
  begun.get_future().wait();  // its thread is busy, its queue is empty
  for (std::size_t i = 0; i < service::SlowReads::kQueueMax; ++i) {
    TenantId tenant;
    tenant.bytes[0] = static_cast<std::uint8_t>(i / service::SlowReads::kTenantQueueMax);
    EXPECT_TRUE(slow_reads_->submit(tenant, [](service::SlowReads::Turn) {}));
  }
  EXPECT_EQ(outcome(call("GET", "/events")), "503 unavailable");
  EXPECT_EQ(outcome(call("GET", kConfigs)), "200") << "an unfiltered list is no long read";
  EXPECT_EQ(outcome(call("GET", "/domain-dialin-config?type=pin_dialin")), "503 unavailable");
  EXPECT_GT(telemetry_.count(Counter::slow_reads_refused), 0U);
  gate.set_value();
  slow_reads_->stop();
}

TEST_F(LiveApi, nothing_is_taken_once_the_writer_has_stopped) {
  writer_->stop();
  ReadAnswer answer = call("POST", kConfigs, R"({"type":"pin_dialin"})");
  EXPECT_EQ(outcome(answer), "503 unavailable");
  EXPECT_EQ(answer.headers["retry-after"], "1");
  EXPECT_NE(answer.body.find("nothing was stored"), std::string::npos);
  answer = call("POST", kConfigs, R"({"type":"pin_dialin"})", "Idempotency-Key: front desk\r\n");
  EXPECT_EQ(outcome(answer), "503 outcome-unknown") << "it may repeat one that was stored";
  EXPECT_EQ(outcome(call("GET", kConfigs)), "200");
}

}  // namespace
}  // namespace dialin::http
