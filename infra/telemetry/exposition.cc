#include "infra/telemetry/exposition.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>

namespace dialin::telemetry {
namespace {

using Families = std::vector<prometheus::MetricFamily>;

/// Counters of one name stand together in the enum, and must in the text.
prometheus::ClientMetric& metric(Families& families, const MetricName& name, prometheus::MetricType type) {
  if (families.empty() || families.back().name != name.name) {
    families.push_back({.name = std::string(name.name), .help = std::string(name.help), .type = type, .metric = {}});
  }
  prometheus::ClientMetric& added = families.back().metric.emplace_back();
  if (!name.label.empty()) added.label.push_back({std::string(name.label), std::string(name.label_value)});
  return added;
}

prometheus::ClientMetric::Histogram cumulative(const Figures::Observed& observed, std::span<const double> bounds) {
  prometheus::ClientMetric::Histogram histogram;
  for (std::size_t i = 0; i < observed.counts.size(); ++i) {
    histogram.sample_count += observed.counts[i];
    const double bound = i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity();
    histogram.bucket.push_back({.cumulative_count = histogram.sample_count, .upper_bound = bound});
  }
  histogram.sample_sum = observed.sum;
  return histogram;
}

/// Those that nobody calls are told, too, all at 0: what grows from nothing to one is seen only by who has seen the nothing.
void add_requests(const Figures& figures, const std::vector<RouteName>& routes, Families& families) {
  const auto labelled = [&](const MetricName& name, prometheus::MetricType type, std::size_t row) -> prometheus::ClientMetric& {
    prometheus::ClientMetric& added = metric(families, name, type);
    added.label.push_back({"method", std::string(routes[row].method)});
    added.label.push_back({"route", std::string(routes[row].pattern)});
    return added;
  };
  for (std::size_t row = 0; row < routes.size(); ++row) {
    for (std::size_t i = 0; i < kStatusClasses.size(); ++i) {
      prometheus::ClientMetric& added = labelled(kRequests, prometheus::MetricType::Counter, row);
      added.label.push_back({"status", std::string(kStatusClasses[i])});
      added.counter.value = static_cast<double>(figures.requests(row, i));
    }
  }
  for (std::size_t row = 0; row < routes.size(); ++row) {
    labelled(kRequestSeconds, prometheus::MetricType::Histogram, row).histogram =
        cumulative(figures.request_seconds(row), request_bounds());
  }
}

/// What could not be had is left out: 0 would be a figure.
void add_looked_up(const LookedUp::Values& values, Families& families) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i]) continue;
    const MetricName name = name_of(static_cast<LookedFigure>(i));
    const bool only_grows = name.name.ends_with("_total");
    prometheus::ClientMetric& added = metric(families, name, only_grows ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge);
    (only_grows ? added.counter.value : added.gauge.value) = *values[i];
  }
}

}  // namespace

std::string exposition_of(const Figures& figures, const LookedUp::Values& looked, const std::vector<RouteName>& routes,
                          const std::string& version) {
  Families families;
  metric(families, {"dialin_build_info", "1, for the version of the program.", "version", version}, prometheus::MetricType::Gauge)
      .gauge.value = 1;
  add_requests(figures, routes, families);
  for (std::size_t i = 0; i < kCounterCount; ++i) {
    const auto counter = static_cast<Counter>(i);
    metric(families, name_of(counter), prometheus::MetricType::Counter).counter.value = static_cast<double>(figures.value(counter));
  }
  for (std::size_t i = 0; i < kGaugeCount; ++i) {
    const auto gauge = static_cast<Gauge>(i);
    metric(families, name_of(gauge), prometheus::MetricType::Gauge).gauge.value = figures.value(gauge);
  }
  for (std::size_t i = 0; i < kHistogramCount; ++i) {
    const auto histogram = static_cast<Histogram>(i);
    metric(families, name_of(histogram), prometheus::MetricType::Histogram).histogram =
        cumulative(figures.value(histogram), bounds_of(histogram));
  }
  add_looked_up(looked, families);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace dialin::telemetry
