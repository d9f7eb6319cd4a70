#include "api/http/forward.h"

#include <algorithm>

#include "api/http/decimal.h"
#include "api/http/hold_music.h"
#include "api/http/read_position.h"
#include "api/http/write_answer.h"

namespace dialin::http {
namespace {

using service::kRetryWithKey;

/// What the leader must see of the request to carry it out as if it had come to it.
constexpr std::array kPassedOn = {Field::authorization, Field::content_type, Field::content_encoding,
                                  Field::accept,        Field::if_match,     Field::idempotency_key};

/// What an answer must know of the request, which is gone by then.
struct Asked {
  Manner manner;
  bool stores = true;  ///< no dry run
  bool has_key = false;

  bool may_be_stored_before() const { return stores && has_key; }
  bool may_be_repeated() const { return !stores || has_key; }
};

NodeRequest request_of(const Call& call, const Asked& asked, const NodeStanding& standing) {
  const Request& request = call.request();
  NodeRequest sent;
  sent.method = name_of(request.method);
  sent.target = request.path;
  if (!request.query.empty()) sent.target.append(1, '?').append(request.query);
  for (const Field field : kPassedOn) {
    if (const auto value = request.field(field)) sent.headers.emplace_back(name_of(field), *value);
  }
  sent.headers.emplace_back(name_of(Field::x_request_id), call.admitted.manner.request_id);
  if (const TraceRef& trace = call.admitted.manner.trace) {
    sent.headers.emplace_back(name_of(Field::traceparent), trace->parent);
    if (!trace->state.empty()) sent.headers.emplace_back(name_of(Field::tracestate), trace->state);
  }
  sent.headers.emplace_back(name_of(Field::dialin_forwarded_by), standing.identity.node);
  sent.body = request.body;
  sent.extra = music_time(call);
  sent.tenant = call.tenant();
  sent.may_be_repeated = asked.may_be_repeated();
  return sent;
}

bool tells_limits(std::string_view header) {
  return same_ignoring_case(header, "ratelimit-policy") || same_ignoring_case(header, "ratelimit");
}

/// `manner`: of the answer here. A write counts at the leader, too, but the caller's next request comes here: where the key stands is told
/// of this node, unless it has no limits or the leader's are what refused the write.
Response response_of(const NodeAnswer& answer, const Manner& manner) {
  Response response;
  response.status = answer.status;
  response.body = answer.body;
  if (answer.content_type == "application/problem+json") response.content_type = "application/problem+json";
  constexpr unsigned kTooManyRequests = 429;
  const bool tells =
      std::any_of(answer.headers.begin(), answer.headers.end(), [](const auto& header) { return tells_limits(header.first); });
  const bool is_told_here = !manner.limits.empty() && !(tells && answer.status == kTooManyRequests);
  for (const auto& [name, value] : answer.headers) {
    if (!is_told_here || !tells_limits(name)) response.headers.append(name).append(": ").append(value).append("\r\n");
  }
  if (is_told_here) response.headers.append(manner.limits);
  return response;
}

/// The position that the answer reflects; 0 when it names none.
Sequence position_of(const NodeAnswer& answer) {
  for (const auto& [name, value] : answer.headers) {
    if (same_ignoring_case(name, "dialin-sequence")) return {parse_decimal(value).value_or(0)};
  }
  return {0};
}

/// A refusal or a dry run stored nothing, so that nobody misses what is not applied here yet.
void relay(const Wiring& wiring, const Asked& asked, const Reply& reply, NodeAnswer answer) {
  const Sequence position = position_of(answer);
  const auto deadline = std::chrono::steady_clock::now() + kPositionWait;
  wiring.watch.wait(position, deadline, [&wiring, asked, reply, answer = std::move(answer)](bool is_reached) {
    if (is_reached || answer.status >= 300 || !asked.stores) return reply.respond(response_of(answer, asked.manner));
    reply.respond(asked.manner.refusal(
        {ErrorKind::outcome_unknown, "stored, but not yet applied on this node" + std::string(kRetryWithKey)}, wiring.watch.applied()));
  });
}

Problem problem_of(const NoAnswer& lost, const Asked& asked) {
  if (!lost.was_sent) return not_taken(asked.may_be_stored_before(), "the write cannot be sent on to the node that leads: " + lost.why);
  if (!asked.stores) return not_taken(false, lost.why);
  return {ErrorKind::outcome_unknown, "the write may or may not be stored: " + lost.why + std::string(kRetryWithKey)};
}

}  // namespace

bool is_for_another_node(const Call& call) {
  return call.wiring.nodes != nullptr && call.admitted.route->needs == Needs::write && !call.wiring.log.leads() &&
         !call.request().field(Field::dialin_forwarded_by);
}

void forward(Call& call) {
  const Wiring& wiring = call.wiring;
  const std::optional<Query> query = call.query();
  if (!query) return;
  Violations broken;  // told by the node that leads, with whatever else is wrong
  const NodeStanding standing = wiring.standing();
  const Asked asked{call.admitted.manner, !query->flag("dry_run", broken), call.request().field(Field::idempotency_key).has_value()};
  if (!standing.leader || standing.leader_is_here) return call.refuse(not_taken(asked.may_be_stored_before(), "no node leads now"));
  call.exchange.account().forwarded_to = standing.leader->node;
  wiring.nodes->send(*standing.leader, request_of(call, asked, standing),
                     [&wiring, asked, reply = call.later()](Result<NodeAnswer, NoAnswer> answer) {
                       const bool was_sent = answer || answer.error().was_sent;
                       if (was_sent) wiring.telemetry.add(Counter::writes_forwarded);
                       if (answer) return relay(wiring, asked, reply, std::move(*answer));
                       reply.run([&wiring, asked, was_sent, problem = problem_of(answer.error(), asked)](Exchange& exchange) {
                         if (!was_sent) exchange.account().forwarded_to.clear();
                         exchange.respond(asked.manner.refusal(problem, wiring.watch.applied()));
                       });
                     });
}

}  // namespace dialin::http
