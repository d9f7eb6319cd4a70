#pragma once
// Figures for GET /metrics and lines on stderr. One a process, made by the wiring; any thread.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/answered_request.h"
#include "domain/looked_figure.h"
#include "domain/telemetry.h"

namespace dialin::telemetry {

/// `debug`, `info`, `warning`, `error`.
std::optional<Level> level_named(std::string_view name);
std::string_view name_of(Level level);

struct TelemetryOptions {
  std::string version;                 ///< of the program: the gauge `dialin_build_info{version="…"} 1`
  std::vector<RouteName> routes = {};  ///< the rows of AnsweredRequest
  Level level = Level::info;           ///< lines below are not written
  bool requests = false;               ///< a line for each
  bool json_lines = false;             ///< `{"time","level","line"}` instead of `time level line`
};

class PrometheusTelemetry : public Telemetry {
 public:
  explicit PrometheusTelemetry(const TelemetryOptions& options);
  ~PrometheusTelemetry() override;

  /// Asks `source` whenever the metrics are, once a second at most; what it stands on must live as long as anybody may ask.
  void look_at(FigureSource source);

  /// One line, whatever is in `line`: control characters are written as spaces (in JSON, escaped).
  void say(Level level, std::string_view line) override;
  void add(Counter counter, std::uint64_t amount = 1) override;
  void set(Gauge gauge, double value) override;
  void observe(Histogram histogram, double value) override;
  void answered(const AnsweredRequest& request) override;
  std::string expose() const override;

 private:
  struct Parts;
  const std::unique_ptr<Parts> parts_;
};

}  // namespace dialin::telemetry
