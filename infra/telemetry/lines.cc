#include "infra/telemetry/lines.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json.hpp>

#include "infra/telemetry/prometheus_telemetry.h"
#include "infra/telemetry/system_clock.h"

namespace dialin::telemetry {
namespace {

spdlog::level::level_enum level_of(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

/// A line that holds a line break would look like two, the second of anyone's making.
std::string on_one_line(std::string_view line) {
  std::string text(line);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  std::replace_if(text.begin(), text.end(), is_control, ' ');
  return text;
}

std::string as_json(Level level, std::string_view line) {
  const auto view = [](std::string_view text) { return boost::json::string_view(text.data(), text.size()); };
  return boost::json::serialize(
      boost::json::object{{"time", SystemClock().now().rfc3339()}, {"level", view(name_of(level))}, {"line", view(line)}});
}

}  // namespace

std::optional<Level> level_named(std::string_view name) {
  for (const Level level : {Level::debug, Level::info, Level::warning, Level::error}) {
    if (name_of(level) == name) return level;
  }
  return std::nullopt;
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "error";
}

Lines::Lines(Level least, bool json)
    : json_(json), logger_(std::make_unique<spdlog::logger>("dialin", std::make_shared<spdlog::sinks::stderr_sink_mt>())) {
  logger_->set_level(level_of(least));
  logger_->set_pattern(json ? "%v" : "%Y-%m-%dT%H:%M:%S.%fZ %l %v", spdlog::pattern_time_type::utc);
}
Lines::~Lines() = default;

void Lines::write(Level level, std::string_view line) {
  if (!logger_->should_log(level_of(level))) return;
  const std::string text = json_ ? as_json(level, line) : on_one_line(line);
  logger_->log(level_of(level), spdlog::string_view_t(text));
}

}  // namespace dialin::telemetry
