#include "infra/telemetry/looked_up.h"

namespace dialin::telemetry {

void LookedUp::add(FigureSource source) {
  const std::lock_guard lock(mutex_);
  sources_.push_back(std::move(source));
  looked_at_.reset();
}

LookedUp::Values LookedUp::values() {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (!looked_at_ || now - *looked_at_ >= kFresh) {
    look();
    looked_at_ = now;
  }
  return values_;
}

void LookedUp::look() {
  values_ = {};
  std::uint64_t failures = 0;
  const auto tell = [&](LookedFigure figure, std::optional<double> value) {
    values_[static_cast<std::size_t>(figure)] = value;
    if (!value) ++failures;
  };
  for (const FigureSource& source : sources_) source(tell);
  if (failures > 0) failed_(failures);
}

}  // namespace dialin::telemetry
