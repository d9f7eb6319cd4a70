#include "infra/telemetry/figures.h"

#include <algorithm>

namespace dialin::telemetry {
namespace {

template <class Figure>
std::size_t index_of(Figure figure) {
  return static_cast<std::size_t>(figure);
}

constexpr auto kRelaxed = std::memory_order_relaxed;  // figures order nothing

}  // namespace

Figures::Figures(std::size_t rows) {
  for (Place& place : places_) place.requests = std::vector<Requests>(rows);
  for (std::size_t i = 0; i < kHistogramCount; ++i) bounds_[i] = bounds_of(static_cast<Histogram>(i));
}

Figures::Place& Figures::place_of_this_thread() {
  static std::atomic<std::size_t> next{0};
  thread_local const std::size_t place = next.fetch_add(1, kRelaxed) % kPlaces;
  return places_[place];
}

void Figures::add(Counter counter, std::uint64_t amount) {
  place_of_this_thread().counters[index_of(counter)].fetch_add(amount, kRelaxed);
}

void Figures::set(Gauge gauge, double value) {
  gauges_[index_of(gauge)].store(value, kRelaxed);
}

void Figures::observe(Histogram histogram, double value) {
  place_of_this_thread().histograms[index_of(histogram)].add(bounds_[index_of(histogram)], value);
}

void Figures::request(std::size_t row, unsigned status, double seconds) {
  Requests& requests = place_of_this_thread().requests.at(row);
  requests.by_class[class_of(status)].fetch_add(1, kRelaxed);
  requests.seconds.add(request_bounds(), seconds);
}

void Figures::Buckets::add(std::span<const double> bounds, double value) {
  const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), value) - bounds.begin();  // a bound belongs to its bucket
  counts[static_cast<std::size_t>(bucket)].fetch_add(1, kRelaxed);
  sum.fetch_add(value, kRelaxed);
}

void Figures::Buckets::add_to(Observed& observed) const {
  for (std::size_t i = 0; i < observed.counts.size(); ++i) observed.counts[i] += counts[i].load(kRelaxed);
  observed.sum += sum.load(kRelaxed);
}

std::uint64_t Figures::value(Counter counter) const {
  std::uint64_t sum = 0;
  for (const Place& place : places_) sum += place.counters[index_of(counter)].load(kRelaxed);
  return sum;
}

double Figures::value(Gauge gauge) const {
  return gauges_[index_of(gauge)].load(kRelaxed);
}

Figures::Observed Figures::value(Histogram histogram) const {
  Observed observed;
  observed.counts.resize(bounds_[index_of(histogram)].size() + 1);
  for (const Place& place : places_) place.histograms[index_of(histogram)].add_to(observed);
  return observed;
}

std::uint64_t Figures::requests(std::size_t row, std::size_t status_class) const {
  std::uint64_t sum = 0;
  for (const Place& place : places_) sum += place.requests[row].by_class[status_class].load(kRelaxed);
  return sum;
}

Figures::Observed Figures::request_seconds(std::size_t row) const {
  Observed observed;
  observed.counts.resize(request_bounds().size() + 1);
  for (const Place& place : places_) place.requests[row].seconds.add_to(observed);
  return observed;
}

}  // namespace dialin::telemetry
