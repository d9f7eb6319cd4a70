// What operators and tools ask: whose key this is, health, readiness, figures, documents.

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "api/http/call.h"
#include "api/http/calls.h"
#include "api/http/operation_answers.h"
#include "api/http/readiness.h"

namespace dialin::http {
namespace {

Readiness readiness_of(const Call& call) {
  // In this order, so that the lag is never below nothing.
  const Sequence applied = call.applied();
  Sequence end = std::max(call.wiring.log.tail().sequence, applied);
  std::optional<NodeStanding> standing;
  if (call.wiring.standing) {
    standing = call.wiring.standing();
    end.value += standing->unread;
  }
  auto reasons = reasons_not_ready(call.wiring, standing ? &*standing : nullptr);
  const std::string_view role = standing ? standing->role : call.wiring.only_reads() ? "read-only" : "leader";
  ViewsStanding views;
  if (call.wiring.rebuilding) views.rebuilding = call.wiring.rebuilding();
  return {role, applied, end, std::move(reasons), std::move(standing), std::move(views)};
}

/// What alerts look at, of what /readyz says. Set when the metrics are asked for, so that they are of one moment.
void tell(const Readiness& readiness, Telemetry& telemetry) {
  const auto& rebuilding = readiness.views->rebuilding;
  telemetry.set(Gauge::ready, readiness.reasons.empty() ? 1 : 0);
  telemetry.set(Gauge::lag_records, static_cast<double>(readiness.end.value - readiness.applied.value));
  telemetry.set(Gauge::halted, readiness.role == "halted" ? 1 : 0);
  telemetry.set(Gauge::views_rebuilding, rebuilding ? 1 : 0);
  telemetry.set(Gauge::views_rebuild_waits, rebuilding && !rebuilding->trouble.empty() ? 1 : 0);
}

}  // namespace

void get_domain(Call& call) {
  if (!call.query()) return;
  const boost::json::object domain{{"domain_name", call.admitted.caller->tenant_name}, {"domain_id", call.tenant().text()}};
  call.answer(boost::json::serialize(domain));
}

void get_health(Call& call) {
  if (call.query()) call.respond(health_answer(call.admitted.manner, call.applied()));
}

void get_readiness(Call& call) {
  if (call.query()) call.respond(readiness_answer(call.admitted.manner, readiness_of(call)));
}

void get_metrics(Call& call) {
  if (!call.query()) return;
  const Readiness readiness = readiness_of(call);
  tell(readiness, call.wiring.telemetry);
  call.respond(metrics_answer(call.admitted.manner, call.wiring.telemetry, readiness.applied));
}

void get_checkpoint(Call& call) {
  if (!call.query()) return;
  if (!call.wiring.checkpoint) {
    return call.refuse({ErrorKind::not_found, "this server signs no checkpoints: it runs without --signing-key"});
  }
  // It says that the log ends here at this moment: who does not hear the log cannot know.
  std::optional<NodeStanding> standing;
  if (call.wiring.standing) standing = call.wiring.standing();
  if (standing && !reasons_not_ready(call.wiring, &*standing).empty()) {
    return call.refuse({ErrorKind::unavailable, "this node does not know now where the log ends: see /readyz"});
  }
  // Of what is applied: that is durable, and the same as the other reads tell.
  call.answer_slowly([&wiring = call.wiring, manner = call.admitted.manner, applied = call.applied()] {
    const auto record = wiring.log.at(applied);
    if (!record) return manner.refusal(failed(wiring.telemetry, "the record to be signed cannot be read"), applied);
    return checkpoint_answer(manner, wiring.checkpoint(tail_of(*record)), applied);
  });
}

void get_openapi(Call& call) {
  if (call.query()) call.answer(call.wiring.openapi);
}

void get_asyncapi(Call& call) {
  if (call.query()) call.answer(call.wiring.asyncapi);
}

}  // namespace dialin::http
