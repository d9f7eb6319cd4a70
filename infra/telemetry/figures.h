#pragma once
// The figures themselves: counters and histograms that many threads raise at once, 100,000 times a second. Each thread counts in one of a
// few places, so that threads seldom wait for each other's cache lines; a reader adds the places up. Any thread.

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "infra/telemetry/metric_names.h"

namespace dialin::telemetry {

class Figures {
 public:
  /// `rows`: how many routes there are to tell requests apart by.
  explicit Figures(std::size_t rows);
  void add(Counter counter, std::uint64_t amount);
  void set(Gauge gauge, double value);
  void observe(Histogram histogram, double value);
  void request(std::size_t row, unsigned status, double seconds);

  std::uint64_t value(Counter counter) const;
  double value(Gauge gauge) const;
  struct Observed {
    std::vector<std::uint64_t> counts;  ///< one for each of bounds_of(), and one for what is above
    double sum = 0;
  };
  Observed value(Histogram histogram) const;
  std::size_t rows() const { return places_[0].requests.size(); }
  std::uint64_t requests(std::size_t row, std::size_t status_class) const;
  Observed request_seconds(std::size_t row) const;

 private:
  struct Buckets {
    std::array<std::atomic<std::uint64_t>, kBounds_max + 1> counts{};
    std::atomic<double> sum{0};
    void add(std::span<const double> bounds, double value);
    void add_to(Observed& observed) const;
  };
  struct Requests {
    std::array<std::atomic<std::uint64_t>, kStatusClasses.size()> by_class{};
    Buckets seconds;
  };
  static constexpr std::size_t kCacheLine_bytes = 64;
  struct alignas(kCacheLine_bytes) Place {
    std::array<std::atomic<std::uint64_t>, kCounterCount> counters{};
    std::array<Buckets, kHistogramCount> histograms{};
    std::vector<Requests> requests;
  };
  static constexpr std::size_t kPlaces = 8;
  Place& place_of_this_thread();

  std::array<Place, kPlaces> places_{};
  std::array<std::atomic<double>, kGaugeCount> gauges_{};
  std::array<std::span<const double>, kHistogramCount> bounds_;
};

}  // namespace dialin::telemetry
