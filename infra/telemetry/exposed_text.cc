#include "infra/telemetry/exposed_text.h"

#include <algorithm>

namespace dialin::telemetry {

std::shared_ptr<const std::string> ExposedText::text(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  paid_ = std::max(paid_, now - kAtOnceMax * kInterval);
  if (!last_ || paid_ + kInterval <= now) {
    last_ = std::make_shared<const std::string>(make_());
    paid_ += kInterval;
  }
  return last_;
}

}  // namespace dialin::telemetry
