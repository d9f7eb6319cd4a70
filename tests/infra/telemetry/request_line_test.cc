#include "infra/telemetry/request_line.h"

#include <gtest/gtest.h>

namespace dialin::telemetry {
namespace {

const RouteName kRoute{"GET", "/domain-dialin-config/{id}"};
const RouteName kOperation{"GET", "/healthz", true};
constexpr Instant kTime{1'777'899'900'000'042};

AnsweredRequest whole() {
  return {.row = 2,
          .status = 200,
          .bytes = 571,
          .seconds = 0.0021345,
          .method = "GET",
          .path = "/domain-dialin-config/7058d4ad-c8bb-4408-83e1-8bcb5fd1ff89",
          .request_id = "mine",
          .tenant = "dev",
          .key_id = "key_197649dc5b7dd297",
          .peer = "127.0.0.1",
          .trace_id = "4bf92f3577b34da6a3ce929d0e0e4736",
          .forwarded_to = "node2:8080"};
}

std::string line_of(const AnsweredRequest& request, bool as_json, const RouteName& route = kRoute) {
  std::string line;
  append_line(request, route, kTime, as_json, line);
  return line;
}

TEST(RequestLine, tells_everything_in_one_line) {
  EXPECT_EQ(line_of(whole(), false),
            "2026-05-04T13:05:00.000042Z info request method=GET path=/domain-dialin-config/7058d4ad-c8bb-4408-83e1-8bcb5fd1ff89 "
            "route=/domain-dialin-config/{id} status=200 bytes=571 milliseconds=2.134 request_id=mine tenant=dev key=key_197649dc5b7dd297 "
            "peer=127.0.0.1 trace_id=4bf92f3577b34da6a3ce929d0e0e4736 forwarded_to=node2:8080\n");
  EXPECT_EQ(line_of(whole(), true),
            R"({"time":"2026-05-04T13:05:00.000042Z","level":"info","line":"request","method":"GET",)"
            R"("path":"/domain-dialin-config/7058d4ad-c8bb-4408-83e1-8bcb5fd1ff89","route":"/domain-dialin-config/{id}","status":200,)"
            R"("bytes":571,"milliseconds":2.134,"request_id":"mine","tenant":"dev","key":"key_197649dc5b7dd297","peer":"127.0.0.1",)"
            R"("trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","forwarded_to":"node2:8080"})"
            "\n");
}

TEST(RequestLine, leaves_out_what_there_is_not) {
  AnsweredRequest request;
  request.status = 400;
  EXPECT_EQ(line_of(request, false, {"other", "malformed"}),
            "2026-05-04T13:05:00.000042Z info request route=malformed status=400 bytes=0 milliseconds=0.000\n");
}

TEST(RequestLine, has_the_level_of_its_outcome) {
  AnsweredRequest request = whole();
  EXPECT_EQ(level_of(request, kRoute), Level::info);
  EXPECT_EQ(level_of(request, kOperation), Level::debug);
  request.status = 404;
  EXPECT_EQ(level_of(request, kRoute), Level::info);
  request.status = 503;
  EXPECT_EQ(level_of(request, kRoute), Level::warning);
  EXPECT_EQ(level_of(request, kOperation), Level::debug);
  request.status = 0;
  EXPECT_EQ(level_of(request, kRoute), Level::info);
}

TEST(RequestLine, of_what_is_no_call_has_no_path) {
  AnsweredRequest request = whole();
  for (const std::size_t row : {kMalformedRow, kUnknownRow}) {
    request.row = row;
    EXPECT_EQ(line_of(request, false).find("7058d4ad"), std::string::npos);
  }
}

TEST(RequestLine, whatever_a_caller_sends_stays_inside_its_field) {
  struct Row {
    std::string sent;
    std::string shown;
  };
  const std::vector<Row> rows = {
      {"/a\nlevel=error", "/a%0Alevel=error"},
      {"/a\r\n", "/a%0D%0A"},
      {"/a b", "/a%20b"},
      {"/\"}", "/%22}"},
      {"/\\\"", "/%5C%22"},
      {"/\x1b[31m", "/%1B[31m"},
      {"/\x7f", "/%7F"},
      {std::string("/\0x", 3), "/%00x"},
      {"/Fr\xc3\xbch", "/Fr%C3%BCh"},
      {"/\xff\xfe", "/%FF%FE"},
      {"/%41%zz", "/%41%zz"},
      {"\xe2\x80\xa8", "%E2%80%A8"},
      {std::string(1024, 'a'), std::string(1024, 'a')},
      {std::string(1025, 'a'), std::string(1024, 'a') + "..."},
  };
  for (const Row& row : rows) {
    std::string shown;
    append_shown(row.sent, shown);
    EXPECT_EQ(shown, row.shown);
    AnsweredRequest request = whole();
    request.path = request.request_id = request.tenant = request.method = request.forwarded_to = row.sent;
    for (const bool as_json : {false, true}) {
      const std::string line = line_of(request, as_json);
      EXPECT_EQ(line.find('\n'), line.size() - 1) << row.shown;
      EXPECT_EQ(std::count(line.begin(), line.end(), '"'), as_json ? 54 : 0) << row.shown;
      EXPECT_EQ(line.find('\\'), std::string::npos) << row.shown;
    }
  }
}

TEST(RequestLine, a_method_that_is_none_is_not_told) {
  for (const auto& [method, shown] : {std::pair<std::string, std::string>{"PUT", "PUT"},
                                      {"BASELINE-CONTROL", "BASELINE-CONTROL"},
                                      {"", ""},
                                      {"dk_p3Zk-Q7uX_aB0cD1eF2gH3iJ4", "other"},
                                      {"get", "other"},
                                      {"G\"ET", "other"},
                                      {std::string(21, 'A'), "other"}}) {
    AnsweredRequest request = whole();
    request.method = method;
    const std::string line = line_of(request, false);
    EXPECT_NE(line.find(shown.empty() ? " request path=" : " request method=" + shown + " "), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace dialin::telemetry
