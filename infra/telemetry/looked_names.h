#pragma once
// What the figures that are looked up are called in GET /metrics, as metric_names.h has it of those that are counted. `process_…` as in all
// of Prometheus' client libraries. Pure; any thread.

#include "domain/looked_figure.h"
#include "infra/telemetry/metric_names.h"

namespace dialin::telemetry {

constexpr std::size_t kLookedCount = static_cast<std::size_t>(LookedFigure::store_background_errors) + 1;

/// One that ends with `_total` only grows: a counter. The others are gauges.
MetricName name_of(LookedFigure figure);

}  // namespace dialin::telemetry
