#include "api/http/api.h"

#include <array>

#include "api/http/authorization.h"
#include "api/http/forward.h"
#include "api/http/media_type.h"
#include "api/http/read_position.h"
#include "api/http/readiness.h"

namespace dialin::http {
namespace {

/// Fields that mean one thing: given twice, nobody could say which.
constexpr std::array kSingle = {Field::content_type,    Field::content_encoding,    Field::if_match,           Field::if_none_match,
                                Field::idempotency_key, Field::dialin_min_sequence, Field::dialin_consistency, Field::last_event_id};

std::optional<Problem> check_repeated(const Request& request) {
  if (request.repeated == 0) return std::nullopt;
  for (const Field field : kSingle) {
    if (request.is_repeated(field)) return invalid(std::string(name_of(field)), "must not be given more than once");
  }
  return std::nullopt;
}

std::string_view name_of_scope(Scope scope) {
  return scope == Scope::read ? "read" : scope == Scope::write ? "write" : "audit";
}

}  // namespace

Api::Api(Wiring wiring) : wiring_(std::move(wiring)), rate_limit_(wiring_.rate_limit), failed_keys_(wiring_.failed_keys) {}

std::vector<std::string> Api::reasons_not_ready() const {
  if (!wiring_.standing) return http::reasons_not_ready(wiring_, nullptr);
  const NodeStanding standing = wiring_.standing();
  return http::reasons_not_ready(wiring_, &standing);
}

std::optional<Problem> Api::limit(Call& call) {
  RateLimit::Verdict verdict = rate_limit_.take(call.admitted.caller->key_id, std::chrono::steady_clock::now());
  call.admitted.manner.limits = std::move(verdict.headers);
  if (verdict.is_within) return std::nullopt;
  wiring_.telemetry.add(Counter::requests_rate_limited);
  return Problem{ErrorKind::rate_limit, "this API key calls more often than its rate limit lets it; there is room again after Retry-After"};
}

Problem Api::turn_away(const Call& call, Problem why) {
  wiring_.telemetry.add(Counter::authentication_failures);
  const auto wait = failed_keys_.count(call.exchange.peer(), std::chrono::steady_clock::now());
  if (!wait) return why;
  wiring_.telemetry.add(Counter::authentication_failures_bounded);
  Problem problem{ErrorKind::rate_limit,
                  "too many requests without a good API key came from this address; one with a good key is always served"};
  problem.headers = "Retry-After: " + std::to_string(seconds_up(*wait)) + "\r\n";
  problem.ends_connection = true;
  return problem;
}

std::optional<Problem> Api::admit(Call& call, const Match& match) {
  const Request& request = call.request();
  if (match.path == nullptr) return Problem{ErrorKind::not_found, "there is no such path"};
  if (match.path->needs != Needs::nothing) {
    auto caller = authenticate(request, wiring_.access);
    if (!caller) return turn_away(call, caller.error());
    call.exchange.account().caller = *caller;
    call.admitted.caller = std::move(*caller);
    if (auto problem = limit(call)) return problem;
  }
  if (match.route == nullptr) {
    const std::string methods = allowed_methods(*match.path);
    return Problem{ErrorKind::method_not_allowed, "the path knows only " + methods, {}, {}, "Allow: " + methods + "\r\n"};
  }
  const std::optional<Scope> scope = scope_of(match.route->needs);
  if (scope && !call.admitted.caller->may(*scope))
    return Problem{ErrorKind::forbidden, "the API key lacks the scope " + std::string(name_of_scope(*scope))};
  // Else anybody could have a write carried out as if a node had sent it on.
  if (wiring_.knows_nodes && match.route->needs == Needs::write && request.field(Field::dialin_forwarded_by) &&
      !call.exchange.peer().is_node) {
    wiring_.telemetry.add(Counter::forwards_refused);
    return Problem{ErrorKind::forbidden, "Dialin-Forwarded-By is for nodes, and no certificate of a node was shown"};
  }
  if (wiring_.only_reads() && match.route->needs == Needs::write)
    return Problem{ErrorKind::forbidden, "this server only reads: what it serves is a past, to which nothing is added"};
  if (auto problem = check_repeated(request)) return problem;
  if (match.route->takes_body) return check_media_type(request);
  return std::nullopt;
}

void Api::handle(Exchange& exchange) {
  const Request& request = exchange.request();
  const Match match = match_route(request.method, request.path);
  exchange.account().row = row_of(match);
  Call call{wiring_, exchange, {manner_of(request, wiring_.random, exchange.account()), match.route, match.argument, nullptr}};
  try {
    if (const std::optional<Problem> problem = admit(call, match)) {
      call.refuse(*problem);
    } else if (is_for_another_node(call)) {
      forward(call);
    } else if (match.route->method == Method::get && match.route->needs != Needs::nothing) {
      serve_at_position(call);
    } else {
      match.route->serve(call);
    }
  } catch (const std::exception& fault) {
    if (call.is_taken) throw;
    call.refuse(failed(wiring_.telemetry, fault.what()));
  }
}

Response Api::malformed(unsigned status, std::string_view why, const Request& known, Account& account) {
  return manner_of(known, wiring_.random, account).refusal(problem_of_status(status, why), wiring_.watch.applied());
}

}  // namespace dialin::http
