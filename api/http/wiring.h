#pragma once
// What the calls stand on. Made once by api/cli; all of it must outlive the Api.

#include <functional>
#include <string>
#include <vector>

#include "api/http/node_standing.h"
#include "api/http/token_bucket.h"
#include "api/service/applied_watch.h"
#include "api/service/slow_reads.h"
#include "api/service/writer.h"
#include "domain/access.h"
#include "domain/codec.h"
#include "domain/event_log.h"
#include "domain/instant.h"
#include "domain/music.h"
#include "domain/secrets.h"
#include "domain/telemetry.h"
#include "domain/validate.h"
#include "projections/rebuild.h"
#include "projections/views.h"

namespace dialin::http {

class EventHub;

struct Wiring {
  service::Writer& writer;
  const projections::Views& views;
  service::AppliedWatch& watch;
  const EventLog& log;
  const Access& access;
  const Secrets& secrets;
  const Random& random;
  const Clock& clock;
  const Codec& codec;
  Telemetry& telemetry;
  service::SlowReads& slow_reads;
  EventHub& hub;
  Rules rules;
  std::string openapi;   ///< the document's bytes, served as they are
  std::string asyncapi;  ///< likewise
  /// Reasons, beside the writer's trouble, for which /readyz says 503: "is stopping". May be empty. Any thread.
  std::function<std::vector<std::string>()> unready = {};
  /// Where this node stands among those that share its log; null when no other does. Any thread.
  std::function<NodeStanding()> standing = {};
  NodeClient* nodes = nullptr;  ///< how the others are reached; null likewise
  /// The signed note that says that the log ends here; null when nothing is signed. Any thread.
  std::function<std::string(const Tail&)> checkpoint = {};
  /// Views of a newer schema that are being built beside those that serve; null, or nothing: there are none. Any thread.
  std::function<std::optional<projections::RebuildProgress>()> rebuilding = {};
  std::vector<RateWindow> rate_limit = {};     ///< of each key; none: it is not limited
  std::optional<RateWindow> failed_keys = {};  ///< of each address; nothing: they are not bounded
  bool knows_nodes = false;                    ///< by their certificates: who has none may not say that it is one
  MusicJudge* music = nullptr;                 ///< of hold music; null: it is not checked

  /// Nothing is written to this log from here, and by nobody else either.
  bool only_reads() const { return !log.is_shared() && !log.leads(); }
};

}  // namespace dialin::http
