#pragma once
// What operators are told, by the calls and already before the store is open. Any thread.

#include <string>
#include <string_view>
#include <vector>

#include <optional>

#include "api/http/call.h"
#include "api/http/node_standing.h"
#include "projections/rebuild.h"

namespace dialin::http {

struct ViewsStanding {
  std::optional<projections::RebuildProgress> rebuilding;  ///< nothing: they are of this program's schema
};

struct Readiness {
  std::string_view role;  ///< `starting`, `leader`, `follower`, `halted`, `read-only`
  Sequence applied;
  Sequence end;                               ///< of the log; at least `applied`
  std::vector<std::string> reasons;           ///< not to be ready; empty: ready
  std::optional<NodeStanding> standing = {};  ///< of a log that nodes share
  std::optional<ViewsStanding> views = {};    ///< nothing: they are being opened
};

Response health_answer(const Manner& manner, Sequence applied);
/// 200, or 503 when there are reasons not to be ready.
Response readiness_answer(const Manner& manner, const Readiness& readiness);
Response metrics_answer(const Manner& manner, const Telemetry& telemetry, Sequence applied);
Response checkpoint_answer(const Manner& manner, std::string note, Sequence applied);

}  // namespace dialin::http
