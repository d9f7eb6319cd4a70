#include "api/http/operation_answers.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace dialin::http {
namespace {

constexpr std::string_view kNeverStore = "Cache-Control: no-store\r\n";

void add_standing(const NodeStanding& standing, boost::json::object& state) {
  state["node"] = standing.identity.node;
  state["instance"] = standing.identity.instance;
  state["log"] = standing.identity.log.text();
  state["term"] = standing.term;
  state["leader"] = nullptr;
  if (standing.leader) state["leader"] = standing.leader->url;
}

boost::json::object shown(const ViewsStanding& views, Sequence applied) {
  const auto& rebuilding = views.rebuilding;
  if (!rebuilding) return {{"schema", projections::kSchema}};
  boost::json::object progress{
      {"schema", rebuilding->to}, {"applied", rebuilding->applied.value}, {"end", std::max(rebuilding->end, applied).value}};
  if (!rebuilding->trouble.empty()) progress["trouble"] = rebuilding->trouble;
  return {{"schema", rebuilding->from}, {"rebuilding", std::move(progress)}};
}

}  // namespace

Response health_answer(const Manner& manner, Sequence applied) {
  return manner.answer(R"({"status":"ok"})", applied, kNeverStore);
}

Response readiness_answer(const Manner& manner, const Readiness& readiness) {
  const auto& reasons = readiness.reasons;
  boost::json::object state{{"status", reasons.empty() ? "ready" : "not-ready"},
                            {"role", readiness.role},
                            {"applied", readiness.applied.value},
                            {"end", readiness.end.value},
                            {"lag", readiness.end.value - readiness.applied.value},
                            {"reasons", boost::json::array(reasons.begin(), reasons.end())}};
  if (readiness.views) state["views"] = shown(*readiness.views, readiness.applied);
  if (readiness.standing) add_standing(*readiness.standing, state);
  Response response = manner.answer(boost::json::serialize(state), readiness.applied, kNeverStore);
  if (!reasons.empty()) response.status = 503;
  return response;
}

Response metrics_answer(const Manner& manner, const Telemetry& telemetry, Sequence applied) {
  Response response = manner.answer(telemetry.expose(), applied, kNeverStore);
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  return response;
}

Response checkpoint_answer(const Manner& manner, std::string note, Sequence applied) {
  Response response = manner.answer(std::move(note), applied, kNeverStore);
  response.content_type = "text/plain; charset=utf-8";
  return response;
}

}  // namespace dialin::http
