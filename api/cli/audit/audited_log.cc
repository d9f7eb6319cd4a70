#include "api/cli/audit/audited_log.h"

#include <iostream>
#include <utility>

#include "api/cli/command.h"
#include "infra/telemetry/system_clock.h"
#include "projections/projector.h"

namespace dialin::cli {

std::string not_reached(const LogPoint& point, Sequence end, std::string_view option) {
  if (const auto* time = std::get_if<Instant>(&point)) {
    return *time > telemetry::SystemClock().now() ? std::string(option) + " is in the future: what will be then is not known" : "";
  }
  if (std::get<Sequence>(point) <= end) return {};
  return "the log ends at record " + std::to_string(end.value) + ", before " + std::string(option);
}

AuditedLog::AuditedLog(std::string command)
    : command_(std::move(command)), telemetry_({.version = std::string(version()), .level = Level::warning, .json_lines = false}) {}

std::optional<log::LogWalk::Fault> AuditedLog::open(const LogOptions& options, Sequence after, Until until) {
  auto opened = open_walk(options, files_, telemetry_, after, until);
  if (!opened) return log::LogWalk::Fault{opened.error().text, opened.error().code != log::OpenError::poison};
  walk_ = std::make_unique<WalkAhead>(std::move(*opened));
  return std::nullopt;
}

log::LogWalk::Step AuditedLog::next(Record& out) {
  const auto step = walk_->next(out);
  if (step == log::LogWalk::Step::record) progress_.show(walk_->share_read(), ++read_);
  return step;
}

Result<std::optional<Event>, log::LogWalk::Fault> AuditedLog::event(const Record& record) const {
  auto event = projections::event_of(record, codec_);
  if (!event) return fault_at(record.sequence, walk_->place(), "the value is not an event: " + std::string(event.error().why));
  return std::move(*event);
}

log::LogWalk::Fault AuditedLog::fault_at(Sequence sequence, const log::Place& place, std::string_view what) {
  std::string text = "record " + std::to_string(sequence.value) + " (" + place.text() + "): " + std::string(what);
  return {std::move(text), false, sequence, place.text(), std::string(what)};
}

int AuditedLog::fails(const log::LogWalk::Fault& fault) {
  say("dialin " + command_ + ": " + fault.text);
  return fault.unreadable ? kCouldNotRun : kNotSo;
}

void AuditedLog::say(std::string_view line) {
  progress_.clear();
  std::cerr << line << '\n';
}

}  // namespace dialin::cli
