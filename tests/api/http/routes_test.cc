#include "api/http/routes.h"

#include <gtest/gtest.h>

#include "api/http/authorization.h"
#include "api/http/media_type.h"

namespace dialin::http {
namespace {

std::string found(Method method, std::string_view path) {
  const Match match = match_route(method, path);
  if (match.path == nullptr) return "no path";
  const std::string argument = match.argument.empty() ? "" : " " + std::string(match.argument);
  return match.route == nullptr ? "no method" : std::string(match.route->pattern) + argument;
}

TEST(Routes, a_path_finds_its_row) {
  EXPECT_EQ(found(Method::get, "/"), "/");
  EXPECT_EQ(found(Method::get, ""), "/");
  EXPECT_EQ(found(Method::get, "/domain-dialin-config"), "/domain-dialin-config");
  EXPECT_EQ(found(Method::get, "/domain-dialin-config/x"), "/domain-dialin-config/{id} x");
  EXPECT_EQ(found(Method::head, "/domain-dialin-config/x"), "/domain-dialin-config/{id} x");
  EXPECT_EQ(found(Method::post, "/domain-dialin-config/x"), "/domain-dialin-config/{id} x");
  EXPECT_EQ(found(Method::post, "/domain-dialin-config/x/move"), "/domain-dialin-config/{id}/move x");
  EXPECT_EQ(found(Method::get, "/domain-dialin-config/x/history"), "/domain-dialin-config/{id}/history x");
  EXPECT_EQ(found(Method::get, "/numbers/+1555"), "/numbers/{number} +1555");
  EXPECT_EQ(found(Method::get, "/numbers/+1555/history"), "/numbers/{number}/history +1555");
  EXPECT_EQ(found(Method::get, "/events"), "/events");
  EXPECT_EQ(found(Method::get, "/events/stream"), "/events/stream");
}

TEST(Routes, what_is_no_path) {
  for (const char* path : {"/nowhere", "//", "/domain-dialin-config/", "/domain-dialin-config/a/b", "/domain-dialin-config/a/move/",
                           "/domain-dialin-config//move", "/domain-dialin-configs", "/events/", "/numbers/", "/numbers//history",
                           "/numbers/1/history/", "*", "/v1/events"})
    EXPECT_EQ(found(Method::get, path), "no path") << path;
}

TEST(Routes, a_method_that_a_path_has_not) {
  EXPECT_EQ(found(Method::put, "/events"), "no method");
  EXPECT_EQ(found(Method::get, "/domain-dialin-config/x/move"), "no method");
  EXPECT_EQ(found(Method::options, "/"), "no method");
  EXPECT_EQ(found(Method::head, "/domain-dialin-config/x/restore"), "no method");
  EXPECT_EQ(allowed_methods(*match_route(Method::other, "/domain-dialin-config/x").path), "GET, HEAD, PUT, POST, DELETE");
  EXPECT_EQ(allowed_methods(*match_route(Method::other, "/domain-dialin-config/x/move").path), "POST");
}

TEST(Routes, rows_of_one_path_stand_together_and_once) {
  std::string_view last;
  std::vector<std::string_view> done;
  for (const Route& route : routes()) {
    if (route.pattern == last) continue;
    EXPECT_EQ(std::count(done.begin(), done.end(), route.pattern), 0) << route.pattern;
    done.push_back(last = route.pattern);
    EXPECT_EQ(found(route.method, route.pattern).substr(0, route.pattern.size()), route.pattern);
  }
}

TEST(Authorization, is_one_key_behind_bearer) {
  EXPECT_EQ(bearer_key("Bearer dk_abc-._~+/1=="), "dk_abc-._~+/1==");
  EXPECT_EQ(bearer_key("bEARER   k"), "k");
  for (const char* bad :
       {"", "Bearer", "Bearer ", "Basic dXNlcg==", "Bearer a b", "Bearer a,b", "Bearer ==", "Bearera", "bearer-token", "Bearer \xC3\xA9"})
    EXPECT_EQ(bearer_key(bad), std::nullopt) << bad;
  EXPECT_EQ(bearer_key("Bearer " + std::string(513, 'k')), std::nullopt);
}

unsigned media_type(std::optional<std::string_view> type, std::optional<std::string_view> encoding) {
  Request request;
  request.fields[static_cast<std::size_t>(Field::content_type)] = type;
  request.fields[static_cast<std::size_t>(Field::content_encoding)] = encoding;
  const std::optional<Problem> problem = check_media_type(request);
  return problem ? row_of(problem->kind).status : 200;
}

TEST(MediaType, is_json_in_utf_8_as_it_is) {
  for (const char* good :
       {"application/json", "Application/JSON", "application/json; charset=utf-8", R"(application/json;charset="UTF-8")"})
    EXPECT_EQ(media_type(good, {}), 200U) << good;
  for (const char* bad : {"", "text/plain", "application/jsonx", "application/json; charset=latin1", "application/x-www-form-urlencoded",
                          "application/json, text/plain"})
    EXPECT_EQ(media_type(bad, {}), 415U) << bad;
  EXPECT_EQ(media_type({}, "identity"), 200U);
  EXPECT_EQ(media_type({}, "gzip"), 415U);
}

}  // namespace
}  // namespace dialin::http
