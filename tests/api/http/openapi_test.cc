// docs/openapi.json against the code: fails when calls, scopes, parameters, headers, statuses, error codes or properties differ.

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "api/http/errors.h"
#include "api/http/routes.h"
#include "domain/config.h"

namespace dialin::http {
namespace {

namespace json = boost::json;
using Names = std::set<std::string>;

json::value read_document() {
  std::ifstream file("docs/openapi.json");
  std::stringstream text;
  text << file.rdbuf();
  return json::parse(text.str());
}

const json::value& document() {
  static const json::value read = read_document();
  return read;
}

/// Follows a `$ref`, when there is one.
const json::value& resolved(const json::value& value) {
  const json::value* ref = value.as_object().if_contains("$ref");
  return ref == nullptr ? value : document().at_pointer(ref->as_string().subview(1));
}

Names names_in(const json::value& object) {
  Names names;
  for (const auto& member : object.as_object()) names.insert(std::string(member.key()));
  return names;
}

Names texts_in(const json::value& array) {
  Names texts;
  for (const json::value& each : array.as_array()) texts.emplace(each.as_string());
  return texts;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

const json::object& operation_of(const Route& route) {
  return document().at("paths").at(route.pattern).at(lower(std::string(name_of(route.method)))).as_object();
}

Names parameters_of(const Route& route, std::string_view place) {
  Names names;
  for (const json::value& each : operation_of(route).at("parameters").as_array()) {
    const json::value& parameter = resolved(each);
    if (parameter.at("in").as_string() == place) names.emplace(parameter.at("name").as_string());
  }
  return names;
}

bool is_read(const Route& route) {
  return route.method == Method::get && route.needs != Needs::nothing;
}
bool is_one_config(const Route& route) {
  return route.pattern == "/domain-dialin-config/{id}" || route.pattern == "/numbers/{number}";
}

Names headers_expected(const Route& route) {
  Names names = {"X-Request-Id", "traceparent"};
  if (is_read(route)) names.insert({"Dialin-Min-Sequence", "Dialin-Consistency"});
  if (is_read(route) && is_one_config(route)) names.insert("If-None-Match");
  if (route.needs == Needs::write) names.insert({"If-Match", "Idempotency-Key", "Dialin-Forwarded-By", "tracestate"});
  if (route.pattern == "/events/stream") names.insert("Last-Event-ID");
  return names;
}

Names statuses_expected(const Route& route) {
  // Whatever is called may be malformed, too slow, too large, of another version, or meet a server in trouble.
  Names statuses = {"200", "400", "405", "408", "413", "414", "431", "500", "503", "505"};
  if (route.needs != Needs::nothing) statuses.insert({"401", "429"});
  if (scope_of(route.needs)) statuses.insert("403");
  if (route.takes_body) statuses.insert("415");
  if (route.pattern.find('{') != std::string_view::npos || route.pattern == "/checkpoint") statuses.insert("404");
  if (route.needs == Needs::write) statuses.insert({"409", "412", "422"});
  if (is_read(route) && is_one_config(route)) statuses.insert("304");
  return statuses;
}

TEST(OpenApi, has_the_calls_of_the_route_table_and_no_other) {
  Names coded;
  Names documented;
  for (const Route& route : routes()) coded.insert(lower(std::string(name_of(route.method))) + ' ' + std::string(route.pattern));
  for (const auto& path : document().at("paths").as_object()) {
    for (const std::string& method : names_in(path.value())) documented.insert(method + ' ' + std::string(path.key()));
  }
  EXPECT_EQ(coded, documented);
}

TEST(OpenApi, asks_for_the_scope_that_the_code_asks_for) {
  const std::map<Needs, const char*> scopes = {{Needs::nothing, "[]"},
                                               {Needs::key, R"([{"key":[]}])"},
                                               {Needs::read, R"([{"key":["read"]}])"},
                                               {Needs::write, R"([{"key":["write"]}])"},
                                               {Needs::audit, R"([{"key":["audit"]}])"}};
  for (const Route& route : routes()) EXPECT_EQ(operation_of(route).at("security"), json::parse(scopes.at(route.needs))) << route.pattern;
}

TEST(OpenApi, has_the_parameters_headers_and_bodies_of_every_call) {
  for (const Route& route : routes()) {
    const std::string call = std::string(name_of(route.method)) + ' ' + std::string(route.pattern);
    EXPECT_EQ(parameters_of(route, "query"), Names(route.query.begin(), route.query.end())) << call;
    EXPECT_EQ(parameters_of(route, "header"), headers_expected(route)) << call;
    EXPECT_EQ(parameters_of(route, "path").size(), route.pattern.find('{') == std::string_view::npos ? 0U : 1U) << call;
    EXPECT_EQ(operation_of(route).contains("requestBody"), route.takes_body) << call;
  }
}

TEST(OpenApi, has_every_status_of_every_call_with_the_headers_of_every_answer) {
  for (const Route& route : routes()) {
    const json::value& responses = operation_of(route).at("responses");
    EXPECT_EQ(names_in(responses), statuses_expected(route)) << name_of(route.method) << ' ' << route.pattern;
    for (const auto& response : responses.as_object()) {
      const Names headers = names_in(resolved(response.value()).at("headers"));
      EXPECT_TRUE(headers.contains("X-Request-Id") && headers.contains("Dialin-Sequence")) << route.pattern << ' ' << response.key();
      const bool is_limited =
          route.needs != Needs::nothing && (response.key() == "200" || response.key() == "304" || response.key() == "429");
      EXPECT_EQ(headers.contains("RateLimit-Policy") && headers.contains("RateLimit"), is_limited)
          << route.pattern << ' ' << response.key();
    }
  }
}

/// The codes that the document allows for a status, as the two media types say them alike.
Names codes_documented(const json::value& response) {
  const json::value& content = response.at("content");
  const Names plain = texts_in(content.at_pointer("/application~1json/schema/allOf/1/properties/error/enum"));
  EXPECT_EQ(plain, texts_in(content.at_pointer("/application~1problem+json/schema/allOf/1/properties/error/enum")));
  return plain;
}

TEST(OpenApi, has_every_error_code_under_its_status) {
  std::map<std::string, Names> coded;
  Names all;
  for (const ErrorRow& row : error_table()) {
    coded["Error" + std::to_string(row.status)].emplace(row.code);
    all.emplace(row.code);
  }
  const json::object& responses = document().at_pointer("/components/responses").as_object();
  EXPECT_EQ(names_in(responses).size(), coded.size());
  for (const auto& [name, codes] : coded) EXPECT_EQ(codes_documented(responses.at(name)), codes) << name;
  EXPECT_EQ(texts_in(document().at_pointer("/components/schemas/Error/properties/error/enum")), all);
  EXPECT_EQ(texts_in(document().at_pointer("/components/schemas/Problem/properties/error/enum")), all);
}

TEST(OpenApi, has_the_headers_that_errors_come_with) {
  for (const ErrorRow& row : error_table()) {
    const Names headers = names_in(document().at_pointer("/components/responses/Error" + std::to_string(row.status) + "/headers"));
    const std::string name(row.headers.substr(0, row.headers.find(':')));
    EXPECT_TRUE(name.empty() || headers.contains(name)) << row.code << " lacks " << name;
    EXPECT_TRUE(row.kind != ErrorKind::rate_limit || headers.contains("Retry-After"));
    EXPECT_TRUE(row.kind != ErrorKind::method_not_allowed || headers.contains("Allow"));
  }
}

TEST(OpenApi, has_the_properties_of_a_config) {
  Names dotted;
  Names top = {"type"};
  for (const Property property : kProperties) {
    const std::string name(name_of(property));
    dotted.insert(name);
    top.insert(name.substr(0, name.find('.')));
  }
  EXPECT_EQ(texts_in(document().at_pointer("/components/schemas/PropertyChange/properties/property/enum")), dotted);
  for (const char* schema : {"Change", "CreatePinless", "CreatePin", "MoveToPinless", "MoveToPin", "EventConfig"})
    EXPECT_EQ(names_in(document().at_pointer("/components/schemas/" + std::string(schema) + "/properties")), top) << schema;
  Names answered = names_in(document().at_pointer("/components/schemas/PinlessConfig/properties"));
  answered.merge(names_in(document().at_pointer("/components/schemas/PinConfig/properties")));
  EXPECT_EQ(answered, top);
}

}  // namespace
}  // namespace dialin::http
