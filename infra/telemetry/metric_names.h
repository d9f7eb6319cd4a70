#pragma once
// What each figure is called in GET /metrics: base units, `_total` for what only grows (prometheus.io/docs/practices/naming). Names are
// part of what operators build on: they do not change. Pure; any thread.

#include <cstddef>
#include <span>
#include <string_view>

#include "domain/telemetry.h"

namespace dialin::telemetry {

constexpr std::size_t kCounterCount = static_cast<std::size_t>(Counter::writes_forwarded) + 1;
constexpr std::size_t kGaugeCount = static_cast<std::size_t>(Gauge::term) + 1;
constexpr std::size_t kHistogramCount = static_cast<std::size_t>(Histogram::group_records) + 1;

struct MetricName {
  std::string_view name;
  std::string_view help;
  std::string_view label = {};  ///< counters of one name differ by its value; empty: the name stands alone
  std::string_view label_value = {};
};
MetricName name_of(Counter counter);
MetricName name_of(Gauge gauge);
MetricName name_of(Histogram histogram);

constexpr std::size_t kBounds_max = 18;
/// Upper ends of the histogram's buckets, growing; what is above the last has a bucket of its own.
std::span<const double> bounds_of(Histogram histogram);

}  // namespace dialin::telemetry
