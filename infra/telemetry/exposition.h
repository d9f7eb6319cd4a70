#pragma once
// All figures as text for a scraper: Prometheus text format, version 0.0.4. Any thread.

#include <string>
#include <vector>

#include "domain/answered_request.h"
#include "infra/telemetry/figures.h"
#include "infra/telemetry/looked_up.h"

namespace dialin::telemetry {

/// `routes`: of the figures' rows.
std::string exposition_of(const Figures& figures, const LookedUp::Values& looked, const std::vector<RouteName>& routes,
                          const std::string& version);

}  // namespace dialin::telemetry
