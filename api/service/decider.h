#pragma once
// Decides one write after the other: was it answered before (Idempotency-Key), what do the domain's rules say, and, when there is something
// to store, how the records look. Writer's thread only.

#include "api/service/group.h"
#include "api/service/overlay.h"
#include "domain/codec.h"
#include "domain/telemetry.h"

namespace dialin::service {

/// Where the next record will stand. Times on the chain strictly increase, so a group's first time is not just the clock's.
struct Place {
  Sequence last_sequence;
  Instant last_time;
  Instant clock;  ///< read once a group
};

class Decider {
 public:
  Decider(const projections::Views& views, const Codec& codec, Telemetry& telemetry, Overlay& overlay, Rules rules)
      : views_(views), codec_(codec), telemetry_(telemetry), overlay_(overlay), rules_(std::move(rules)) {}

  /// The answer, should all go well; of code `stored` when records were added to `group`, and `place` moved on.
  WriteResult decide(const Command& command, Group& group, Place& place);

 private:
  std::optional<WriteResult> answered_before(const Command& command, Instant time);
  WriteResult replay(Sequence sequence);
  WriteResult outcome_of(Decided events, bool dry_run, Group& group, Place& place);
  WriteResult would_store(const Decided& events, const Place& place) const;
  void record(Event event, Instant time, Group& group, Place& place, WriteResult& result);

  const projections::Views& views_;
  const Codec& codec_;
  Telemetry& telemetry_;
  Overlay& overlay_;
  const Rules rules_;
};

}  // namespace dialin::service
