#include "api/http/errors.h"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "api/http/key_shape.h"
#include "domain/invariant.h"

namespace dialin::http {
namespace {

constexpr std::string_view kBearer = "WWW-Authenticate: Bearer\r\n";
constexpr std::string_view kRetry = "Retry-After: 1\r\n";
constexpr std::string_view kRequest = "invalid-request-error";

constexpr std::array kTable = {
    ErrorRow{ErrorKind::authorization_header, 400, "authorization-header-error", "The Authorization header is missing or malformed", {}},
    ErrorRow{ErrorKind::authentication, 401, "authentication-error", "The API key is not known", kBearer},
    ErrorRow{ErrorKind::forbidden, 403, "forbidden-error", "The call is not allowed", {}},
    ErrorRow{ErrorKind::json, 400, "json-parsing-error", "The body is not acceptable JSON", {}},
    ErrorRow{ErrorKind::invalid, 400, kRequest, "The request breaks a rule", {}},
    ErrorRow{ErrorKind::malformed, 400, kRequest, "The request is not well-formed HTTP", {}},
    ErrorRow{ErrorKind::not_found, 404, "not-found", "Not found", {}},
    ErrorRow{ErrorKind::method_not_allowed, 405, kRequest, "The path does not know this method", {}},
    ErrorRow{ErrorKind::request_timeout, 408, kRequest, "The request came too slowly", {}},
    ErrorRow{ErrorKind::conflict, 409, "conflict-error", "The number is in use", {}},
    ErrorRow{ErrorKind::precondition, 412, "precondition-failed", "The config has changed since", {}},
    ErrorRow{ErrorKind::body_too_large, 413, kRequest, "The body is too large", {}},
    ErrorRow{ErrorKind::target_too_long, 414, kRequest, "The target is too long", {}},
    ErrorRow{ErrorKind::media_type, 415, kRequest, "The body's media type is not supported", {}},
    ErrorRow{ErrorKind::idempotency_running, 409, "idempotency-error", "The first request with this key is still running", kRetry},
    ErrorRow{ErrorKind::idempotency_mismatch, 422, "idempotency-error", "The key was used for another request", {}},
    ErrorRow{ErrorKind::rate_limit, 429, "rate-limit-error", "Too many requests", {}},
    ErrorRow{ErrorKind::headers_too_large, 431, kRequest, "The headers are too large", {}},
    ErrorRow{ErrorKind::internal, 500, "internal-error", "The server failed", {}},
    ErrorRow{ErrorKind::unavailable, 503, "unavailable", "The server cannot answer now", kRetry},
    ErrorRow{ErrorKind::outcome_unknown, 503, "outcome-unknown", "The outcome is not known", kRetry},
    ErrorRow{ErrorKind::http_version, 505, kRequest, "The HTTP version is not supported", {}},
};

constexpr bool in_order_of_kinds() {
  for (std::size_t i = 0; i < kTable.size(); ++i) {
    if (static_cast<std::size_t>(kTable[i].kind) != i) return false;
  }
  return true;
}
static_assert(in_order_of_kinds());

constexpr std::size_t kSentencesMax = 5;  // the rest stands in `violations`

std::string sentence_of(const Violations& violations) {
  std::string text;
  for (std::size_t i = 0; i < violations.size() && i < kSentencesMax; ++i) {
    if (i > 0) text += "; ";
    text += violations[i].property + ' ' + violations[i].rule;
  }
  if (violations.size() > kSentencesMax) text += "; and " + std::to_string(violations.size() - kSentencesMax) + " more";
  return text;
}

boost::json::object members_of(const Problem& problem) {
  boost::json::object members;
  members["error"] = row_of(problem.kind).code;
  members["info"] = problem.info;
  if (!problem.violations.empty()) {
    boost::json::array list;
    for (const Violation& each : problem.violations) list.push_back(boost::json::object{{"property", each.property}, {"rule", each.rule}});
    members["violations"] = std::move(list);
  }
  if (problem.conflict) {
    boost::json::object holder{{"id", problem.conflict->id.text()}, {"type", name_of(problem.conflict->type)}};
    holder["name_prefix"] = nullptr;
    if (problem.conflict->name_prefix) holder["name_prefix"] = *problem.conflict->name_prefix;
    members["conflict"] = std::move(holder);
  }
  return members;
}

Problem number_in_use(const Refusal& refusal) {
  std::string info = "phone_number " + (refusal.number ? refusal.number->text() : std::string("")) + " is in use";
  if (!refusal.conflict) return {ErrorKind::conflict, std::move(info)};
  const ConfigState& holder = *refusal.conflict;
  return {ErrorKind::conflict,
          info + " by your config " + holder.id.text(),
          {},
          Conflict{holder.id, holder.config.category, holder.config.name_prefix}};
}

}  // namespace

std::span<const ErrorRow> error_table() {
  return kTable;
}

const ErrorRow& row_of(ErrorKind kind) {
  return kTable[static_cast<std::size_t>(kind)];
}

Problem invalid(Violations violations) {
  invariant(!violations.empty(), "an invalid request breaks a rule");
  std::string info = sentence_of(violations);
  return {ErrorKind::invalid, std::move(info), std::move(violations)};
}

Problem invalid(std::string property, std::string rule) {
  return invalid(Violations{{std::move(property), std::move(rule)}});
}

Problem no_such_config() {
  return {ErrorKind::not_found, "there is no config with this id"};
}

Problem problem_of(const Refusal& refusal) {
  switch (refusal.code) {
    case RefusalCode::invalid:
      return invalid(refusal.violations);
    case RefusalCode::not_found:
      return no_such_config();
    case RefusalCode::number_in_use:
      return number_in_use(refusal);
    case RefusalCode::precondition_failed:
      return {ErrorKind::precondition, "If-Match names no version that is the config's current one"};
  }
  return {ErrorKind::internal, "an unknown refusal"};
}

Problem problem_of(const service::WriteResult& result) {
  using service::WriteCode;
  switch (result.code) {
    case WriteCode::refused:
      return problem_of(result.refusal);
    case WriteCode::idempotency_running:
      return {ErrorKind::idempotency_running, "the first request with this Idempotency-Key is still running"};
    case WriteCode::idempotency_mismatch:
      return {ErrorKind::idempotency_mismatch,
              "this Idempotency-Key was used for another request (method, path, query, If-Match or body differ)"};
    case WriteCode::unavailable:
      return {ErrorKind::unavailable, result.why};
    case WriteCode::outcome_unknown:
      return {ErrorKind::outcome_unknown, result.why};
    case WriteCode::stored:
    case WriteCode::replayed:
    case WriteCode::unchanged:
    case WriteCode::would_store:
      break;
  }
  invariant(false, "only a refused write becomes an error");
  return {};
}

Problem problem_of_status(unsigned status, std::string_view why) {
  for (const ErrorRow& row : kTable) {
    // Of the rows that share a status, these two are the ones that stand for no request at all.
    if (status == 400 && row.kind != ErrorKind::malformed) continue;
    if (row.status == status) return {row.kind, std::string(why)};
  }
  return {ErrorKind::internal, std::string(why)};
}

Response render(const Problem& problem, bool as_problem) {
  const ErrorRow& row = row_of(problem.kind);
  Response response;
  response.status = row.status;
  response.headers.append(row.headers).append(problem.headers);
  response.is_last = problem.ends_connection;
  boost::json::object members = members_of(problem);
  if (as_problem) {
    boost::json::object outer{{"type", "about:blank"}, {"title", row.title}, {"status", row.status}, {"detail", problem.info}};
    for (auto& [name, value] : members) outer[name] = std::move(value);
    members = std::move(outer);
    response.content_type = "application/problem+json";
  }
  response.body = boost::json::serialize(members);
  hide_keys(response.body);
  return response;
}

}  // namespace dialin::http
