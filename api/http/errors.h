#pragma once
// What becomes of a refusal: one table from every reason to its HTTP status and `error` code, and the two shapes in which it is told
// (contract.md, "Errors"). Pure; any thread.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "api/http/message.h"
#include "api/service/write_result.h"
#include "domain/decide.h"

namespace dialin::http {

/// Why a call is refused. One row of the table each.
enum class ErrorKind : std::uint8_t {
  authorization_header,
  authentication,
  forbidden,
  json,
  invalid,
  malformed,
  not_found,
  method_not_allowed,
  request_timeout,
  conflict,
  precondition,
  body_too_large,
  target_too_long,
  media_type,
  idempotency_running,
  idempotency_mismatch,
  rate_limit,
  headers_too_large,
  internal,
  unavailable,
  outcome_unknown,
  http_version,
};

struct ErrorRow {
  ErrorKind kind;
  unsigned status;
  std::string_view code;     ///< the `error` member
  std::string_view title;    ///< of problem+json: the same for every occurrence
  std::string_view headers;  ///< complete lines that always go with it
};
std::span<const ErrorRow> error_table();
const ErrorRow& row_of(ErrorKind kind);

/// The holder of a number, when it is the same tenant's.
struct Conflict {
  ConfigId id;
  Category type;
  std::optional<std::string> name_prefix;
};

struct Problem {
  ErrorKind kind = ErrorKind::internal;
  std::string info;  ///< a sentence naming the property and the rule
  Violations violations = {};
  std::optional<Conflict> conflict = {};
  std::string headers = {};      ///< further complete header lines: `Allow`
  bool ends_connection = false;  ///< the caller is not worth one
};

/// A problem of kind invalid whose sentence is made of `violations` (at least one).
Problem invalid(Violations violations);
/// The problem of a config that is not there, or not this tenant's: the same words for both.
Problem no_such_config();
/// One broken rule.
Problem invalid(std::string property, std::string rule);
Problem problem_of(const Refusal& refusal);
/// `result.code` must be one of those that refuse.
Problem problem_of(const service::WriteResult& result);
/// For what never became a request.
Problem problem_of_status(unsigned status, std::string_view why);

/// `{"error","info"[,"violations"][,"conflict"]}`, or RFC 9457 with the same members when `as_problem`.
Response render(const Problem& problem, bool as_problem);
/// Whether the `Accept` field asks for application/problem+json at least as much as for application/json.
bool wants_problem(std::optional<std::string_view> accept);

}  // namespace dialin::http
