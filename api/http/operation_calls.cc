// What operators and tools ask: whose key this is, health, readiness, figures, documents.

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "api/http/call.h"
#include "api/http/calls.h"
#include "api/http/operation_answers.h"

namespace dialin::http {
namespace {

std::vector<std::string> reasons_not_ready(const Wiring& wiring) {
  std::vector<std::string> reasons;
  if (wiring.unready) reasons = wiring.unready();
  if (std::string trouble = wiring.writer.trouble(); !trouble.empty()) reasons.push_back(std::move(trouble));
  wiring.telemetry.set(Gauge::ready, reasons.empty() ? 1 : 0);
  return reasons;
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
  if (!call.query()) return;
  // In this order, so that the lag is never below nothing.
  const Sequence applied = call.applied();
  const Sequence end = std::max(call.wiring.log.tail().sequence, applied);
  call.respond(readiness_answer(call.admitted.manner, {"leader", applied, end, reasons_not_ready(call.wiring)}));
}

void get_metrics(Call& call) {
  if (!call.query()) return;
  reasons_not_ready(call.wiring);  // for its gauge
  call.respond(metrics_answer(call.admitted.manner, call.wiring.telemetry, call.applied()));
}

void get_openapi(Call& call) {
  if (call.query()) call.answer(call.wiring.openapi);
}

void get_asyncapi(Call& call) {
  if (call.query()) call.answer(call.wiring.asyncapi);
}

}  // namespace dialin::http
