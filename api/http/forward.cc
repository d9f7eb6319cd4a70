#include "api/http/forward.h"

#include <algorithm>

#include "api/http/decimal.h"
#include "api/http/hold_music.h"
#include "api/http/read_position.h"
#include "api/http/write_answer.h"

namespace dialin::http {
namespace {

/// What the leader must see of the request to carry it out as if it had come to it.
constexpr std::array kPassedOn = {Field::authorization, Field::content_type, Field::content_encoding,
                                  Field::accept,        Field::if_match,     Field::idempotency_key};
constexpr std::string_view kRetryWithKey = "; retry with the same Idempotency-Key to learn it";

NodeRequest request_of(const Call& call, const NodeStanding& standing) {
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
  sent.may_be_repeated = request.field(Field::idempotency_key).has_value();
  return sent;
}

/// `manner`: of the answer here. The leader, at which the write counts too, tells where the key stands unless it has no limits.
Response response_of(const NodeAnswer& answer, const Manner& manner) {
  Response response;
  response.status = answer.status;
  response.body = answer.body;
  if (answer.content_type == "application/problem+json") response.content_type = "application/problem+json";
  bool tells_limits = false;
  for (const auto& [name, value] : answer.headers) {
    response.headers.append(name).append(": ").append(value).append("\r\n");
    tells_limits = tells_limits || same_ignoring_case(name, "ratelimit-policy");
  }
  if (!tells_limits) response.headers.append(manner.limits);
  return response;
}

/// The position that the answer reflects; 0 when it names none.
Sequence position_of(const NodeAnswer& answer) {
  for (const auto& [name, value] : answer.headers) {
    if (same_ignoring_case(name, "dialin-sequence")) return {parse_decimal(value).value_or(0)};
  }
  return {0};
}

/// A refusal stored nothing, so that nobody misses what is not applied here yet.
void relay(const Wiring& wiring, const Manner& manner, const Reply& reply, NodeAnswer answer) {
  const Sequence position = position_of(answer);
  const auto deadline = std::chrono::steady_clock::now() + kPositionWait;
  wiring.watch.wait(position, deadline, [&wiring, manner, reply, answer = std::move(answer)](bool is_reached) {
    if (is_reached || answer.status >= 300) return reply.respond(response_of(answer, manner));
    reply.respond(manner.refusal({ErrorKind::outcome_unknown, "stored, but not yet applied on this node" + std::string(kRetryWithKey)},
                                 wiring.watch.applied()));
  });
}

Problem problem_of(const NoAnswer& lost, bool has_key) {
  if (!lost.was_sent) return not_taken(has_key, "the write cannot be sent on to the node that leads: " + lost.why);
  return {ErrorKind::outcome_unknown, "the write may or may not be stored: " + lost.why + std::string(kRetryWithKey)};
}

}  // namespace

bool is_for_another_node(const Call& call) {
  return call.wiring.nodes != nullptr && call.admitted.route->needs == Needs::write && !call.wiring.log.leads() &&
         !call.request().field(Field::dialin_forwarded_by);
}

void forward(Call& call) {
  const Wiring& wiring = call.wiring;
  const NodeStanding standing = wiring.standing();
  const bool has_key = call.request().field(Field::idempotency_key).has_value();
  if (!standing.leader || standing.leader_is_here) {
    return call.refuse(not_taken(has_key, "no node leads now"));
  }
  call.exchange.account().forwarded_to = standing.leader->node;
  wiring.nodes->send(*standing.leader, request_of(call, standing),
                     [&wiring, has_key, manner = call.admitted.manner, reply = call.later()](Result<NodeAnswer, NoAnswer> answer) {
                       const bool was_sent = answer || answer.error().was_sent;
                       if (was_sent) wiring.telemetry.add(Counter::writes_forwarded);
                       if (answer) return relay(wiring, manner, reply, std::move(*answer));
                       reply.run([&wiring, manner, was_sent, problem = problem_of(answer.error(), has_key)](Exchange& exchange) {
                         if (!was_sent) exchange.account().forwarded_to.clear();
                         exchange.respond(manner.refusal(problem, wiring.watch.applied()));
                       });
                     });
}

}  // namespace dialin::http
