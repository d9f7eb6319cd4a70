// What operators and tools ask: whose key this is, health, readiness, figures, documents.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "api/http/call.h"
#include "api/http/calls.h"

namespace dialin::http {
namespace {

constexpr std::string_view kNeverStore = "Cache-Control: no-store\r\n";

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
  if (call.query()) call.answer(R"({"status":"ok"})", kNeverStore);
}

void get_readiness(Call& call) {
  if (!call.query()) return;
  const std::vector<std::string> reasons = reasons_not_ready(call.wiring);
  // In this order, so that the lag is never below nothing.
  const Sequence applied = call.applied();
  const Sequence end = std::max(call.wiring.log.tail().sequence, applied);
  const boost::json::object state{{"status", reasons.empty() ? "ready" : "not-ready"},
                                  {"role", "leader"},
                                  {"applied", applied.value},
                                  {"end", end.value},
                                  {"lag", end.value - applied.value},
                                  {"reasons", boost::json::array(reasons.begin(), reasons.end())}};
  Response response = call.admitted.manner.answer(boost::json::serialize(state), applied, kNeverStore);
  if (!reasons.empty()) response.status = 503;
  call.respond(std::move(response));
}

void get_metrics(Call& call) {
  if (!call.query()) return;
  reasons_not_ready(call.wiring);  // for its gauge
  Response response = call.admitted.manner.answer(call.wiring.telemetry.expose(), call.applied(), kNeverStore);
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  call.respond(std::move(response));
}

void get_openapi(Call& call) {
  if (call.query()) call.answer(call.wiring.openapi);
}

void get_asyncapi(Call& call) {
  if (call.query()) call.answer(call.wiring.asyncapi);
}

}  // namespace dialin::http
