#pragma once
// Lines for the operator, on stderr, each with its time (UTC) and level. Written at once and whole. Any thread.

#include <memory>
#include <string_view>

#include "domain/telemetry.h"

namespace spdlog {
class logger;
}

namespace dialin::telemetry {

class Lines {
 public:
  Lines(Level least, bool json);
  ~Lines();
  void write(Level level, std::string_view line);

 private:
  const bool json_;
  const std::unique_ptr<spdlog::logger> logger_;
};

}  // namespace dialin::telemetry
