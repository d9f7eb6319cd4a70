#pragma once
// The machine's wall clock, in UTC. Any thread.

#include "domain/instant.h"

namespace dialin::telemetry {

class SystemClock : public Clock {
 public:
  Instant now() const override;
};

}  // namespace dialin::telemetry
