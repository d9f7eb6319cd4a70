#pragma once
// The log that an audit command reads, from one end to the other: opened, read ahead, with progress on a terminal, and what is wrong said
// in one way. Main thread.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/cli/audit/open_walk.h"
#include "api/cli/audit/walk_ahead.h"
#include "api/cli/options/audit_options.h"
#include "api/cli/terminal/progress.h"
#include "domain/log_point.h"
#include "infra/codec/json_codec.h"
#include "infra/log/posix_files.h"
#include "infra/telemetry/prometheus_telemetry.h"

namespace dialin::cli {

/// Why a log that ends at `end` does not tell what was at `point`, which `option` names; empty: it does. Asks the clock.
std::string not_reached(const LogPoint& point, Sequence end, std::string_view option);

class AuditedLog {
 public:
  /// `command`: as it is typed behind `dialin`.
  explicit AuditedLog(std::string command);

  /// Nothing: walk() can be asked. Else what is wrong.
  std::optional<log::LogWalk::Fault> open(const LogOptions& options, Sequence after, Until until);
  log::LogWalk& walk() { return *walk_; }
  /// walk().next(), with progress.
  log::LogWalk::Step next(Record& out);
  /// The event in `record`, which was given last; nothing for records that have none. Or what is wrong with it, with its place.
  Result<std::optional<Event>, log::LogWalk::Fault> event(const Record& record) const;
  /// `record 7 (offset 12): what`.
  static log::LogWalk::Fault fault_at(Sequence sequence, const log::Place& place, std::string_view what);

  /// Says on stderr why it cannot go on, and gives the Exit.
  int fails(const log::LogWalk::Fault& fault);
  /// A line on stderr.
  void say(std::string_view line);
  Progress& progress() { return progress_; }
  const codec::JsonCodec& codec() const { return codec_; }

 private:
  const std::string command_;
  log::PosixFiles files_;
  telemetry::PrometheusTelemetry telemetry_;
  codec::JsonCodec codec_;
  std::unique_ptr<WalkAhead> walk_;
  Progress progress_{"records"};
  std::uint64_t read_ = 0;
};

}  // namespace dialin::cli
