#pragma once
// All figures as text for a scraper: Prometheus text format, version 0.0.4. Any thread.

#include <string>

#include "infra/telemetry/figures.h"

namespace dialin::telemetry {

std::string exposition_of(const Figures& figures, const std::string& version);

}  // namespace dialin::telemetry
