#pragma once
// Asks the sources of figures that are looked up, once a second at most, however many ask for the metrics. Any thread.

#include <array>
#include <chrono>
#include <mutex>
#include <optional>
#include <vector>

#include "infra/telemetry/looked_names.h"

namespace dialin::telemetry {

class LookedUp {
 public:
  static constexpr std::chrono::seconds kFresh{1};
  using Values = std::array<std::optional<double>, kLookedCount>;

  /// `failed` is told how many figures could not be had.
  explicit LookedUp(std::function<void(std::uint64_t)> failed) : failed_(std::move(failed)) {}

  void add(FigureSource source);
  /// Nothing: no source has told it, or it could not be had.
  Values values();

 private:
  void look();

  const std::function<void(std::uint64_t)> failed_;
  std::mutex mutex_;
  std::vector<FigureSource> sources_;
  std::optional<std::chrono::steady_clock::time_point> looked_at_;
  Values values_;
};

}  // namespace dialin::telemetry
