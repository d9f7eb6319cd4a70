#include "infra/telemetry/prometheus_telemetry.h"

#include "infra/telemetry/exposed_text.h"
#include "infra/telemetry/exposition.h"
#include "infra/telemetry/figures.h"
#include "infra/telemetry/lines.h"
#include "infra/telemetry/looked_up.h"

namespace dialin::telemetry {

struct PrometheusTelemetry::Parts {
  explicit Parts(const TelemetryOptions& options)
      : version(options.version),
        routes(options.routes),
        figures(routes.size()),
        looked_up([this](std::uint64_t failures) { figures.add(Counter::figures_failed, failures); }),
        lines(options, [this](std::uint64_t dropped) { figures.add(Counter::lines_dropped, dropped); }),
        exposed([this] { return exposition(); }) {}
  std::string exposition() {
    const LookedUp::Values looked = looked_up.values();  // first: it counts what fails
    return exposition_of(figures, looked, routes, version);
  }
  const std::string version;
  const std::vector<RouteName> routes;
  Figures figures;
  LookedUp looked_up;
  Lines lines;
  ExposedText exposed;
};

PrometheusTelemetry::PrometheusTelemetry(const TelemetryOptions& options) : parts_(std::make_unique<Parts>(options)) {}
PrometheusTelemetry::~PrometheusTelemetry() = default;

void PrometheusTelemetry::look_at(FigureSource source) {
  parts_->looked_up.add(std::move(source));
}
void PrometheusTelemetry::say(Level level, std::string_view line) {
  parts_->lines.write(level, line);
}
void PrometheusTelemetry::add(Counter counter, std::uint64_t amount) {
  parts_->figures.add(counter, amount);
}
void PrometheusTelemetry::set(Gauge gauge, double value) {
  parts_->figures.set(gauge, value);
}
void PrometheusTelemetry::observe(Histogram histogram, double value) {
  parts_->figures.observe(histogram, value);
}
void PrometheusTelemetry::answered(const AnsweredRequest& request) {
  if (request.part != AnsweredRequest::Part::stream_ended) parts_->figures.request(request.row, request.status, request.seconds);
  if (request.part != AnsweredRequest::Part::stream_begun) parts_->lines.write(request);
}
std::string PrometheusTelemetry::expose() const {
  return *parts_->exposed.text(std::chrono::steady_clock::now());
}

}  // namespace dialin::telemetry
