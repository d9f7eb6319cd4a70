#pragma once
// What each figure is called in GET /metrics: base units, `_total` for what only grows (prometheus.io/docs/practices/naming). Names are
// part of what operators build on: they do not change. Pure; any thread.

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "domain/telemetry.h"

namespace dialin::telemetry {

constexpr std::size_t kCounterCount = static_cast<std::size_t>(Counter::forwards_refused) + 1;
constexpr std::size_t kGaugeCount = static_cast<std::size_t>(Gauge::tls_certificate_expires) + 1;
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

// Of requests, told apart by route and, the counter, by class of status.
constexpr MetricName kRequests{"dialin_http_requests_total", "Requests answered, by method, route and class of status."};
constexpr MetricName kRequestSeconds{"dialin_http_request_seconds",
                                     "From the end of a request's head to the end of its answer, or to the beginning of its stream."};
/// `gone`: the caller went before the answer.
constexpr std::array<std::string_view, 5> kStatusClasses = {"gone", "2xx", "3xx", "4xx", "5xx"};
/// In kStatusClasses. `status` 0: gone.
constexpr std::size_t class_of(unsigned status) {
  return status < 200 ? 0 : std::min<std::size_t>(status / 100 - 1, kStatusClasses.size() - 1);
}
std::span<const double> request_bounds();

constexpr std::size_t kBounds_max = 18;
/// Upper ends of the histogram's buckets, growing; what is above the last has a bucket of its own.
std::span<const double> bounds_of(Histogram histogram);

}  // namespace dialin::telemetry
