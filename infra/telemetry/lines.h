#pragma once
// Lines on stderr, each with its time (UTC) and level: for the operator, written at once and whole, and one a request, a moment later
// (way_out.h). Any thread.

#include <memory>
#include <string_view>
#include <vector>

#include "domain/telemetry.h"
#include "infra/telemetry/prometheus_telemetry.h"
#include "infra/telemetry/way_out.h"

namespace spdlog {
class logger;
}

namespace dialin::telemetry {

class Lines {
 public:
  /// `dropped` is told how many lines nobody took.
  Lines(const TelemetryOptions& options, std::function<void(std::uint64_t)> dropped);
  ~Lines();
  void write(Level level, std::string_view line);
  void write(const AnsweredRequest& request);

 private:
  std::string note_of_drops(std::uint64_t lines) const;

  const bool json_;
  const bool requests_;
  const Level least_;
  const std::vector<RouteName> routes_;
  WayOut way_out_;
  const std::unique_ptr<spdlog::logger> logger_;
};

}  // namespace dialin::telemetry
