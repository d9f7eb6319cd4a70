#include "infra/telemetry/exposed_text.h"

namespace dialin::telemetry {

std::shared_ptr<const std::string> ExposedText::text(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (!last_ || now - span_began_ >= kSpan) {
    span_began_ = now;
    made_ = 0;
  }
  if (made_ < kMadeMax) {
    last_ = std::make_shared<const std::string>(make_());
    ++made_;
  }
  return last_;
}

}  // namespace dialin::telemetry
