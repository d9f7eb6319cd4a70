#include "infra/telemetry/lines.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>

#include "infra/telemetry/request_line.h"
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

/// What spdlog has formatted goes by the one way out.
class Sink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit Sink(WayOut& way_out) : way_out_(way_out) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t text;
    formatter_->format(message, text);
    way_out_.say({text.data(), text.size()});
  }
  void flush_() override {}

  WayOut& way_out_;
};

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

Lines::Lines(const TelemetryOptions& options, std::function<void(std::uint64_t)> dropped)
    : json_(options.json_lines),
      requests_(options.requests),
      least_(options.level),
      routes_(options.routes),
      way_out_(STDERR_FILENO, {std::move(dropped), [this](std::uint64_t lines) { return note_of_drops(lines); }}),
      logger_(std::make_unique<spdlog::logger>("dialin", std::make_shared<Sink>(way_out_))) {
  logger_->set_level(level_of(least_));
  logger_->set_pattern(json_ ? "%v" : "%Y-%m-%dT%H:%M:%S.%fZ %l %v", spdlog::pattern_time_type::utc);
}
Lines::~Lines() = default;

void Lines::write(Level level, std::string_view line) {
  if (!logger_->should_log(level_of(level))) return;
  const std::string text = json_ ? as_json(level, line) : on_one_line(line);
  logger_->log(level_of(level), spdlog::string_view_t(text));
}

void Lines::write(const AnsweredRequest& request) {
  if (!requests_) return;
  const RouteName& route = routes_.at(request.row);
  if (level_of(request, route) < least_) return;
  thread_local std::string line;  // its memory is used again
  line.clear();
  append_line(request, route, SystemClock().now(), json_, line);
  way_out_.put(line);
}

/// Written while the way out is: not by the logger, which would go that way again.
std::string Lines::note_of_drops(std::uint64_t lines) const {
  const std::string text = std::to_string(lines) + " lines were dropped, because nobody read them in time";
  const std::string time = SystemClock().now().rfc3339();
  return (json_ ? as_json(Level::warning, text) : time + " " + std::string(name_of(Level::warning)) + " " + text) + "\n";
}

}  // namespace dialin::telemetry
