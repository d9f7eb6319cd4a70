#pragma once
// Options of the commands that only read a log and print it: digest, history, tail, export. As in options.h: either the options, or the
// exit status with which the program ends.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/cli/options/audit_options.h"
#include "domain/ids.h"

namespace dialin::cli {

struct DigestOptions {
  LogOptions log;
  std::optional<LogPoint> at;  ///< nothing: the end
  bool views = false;          ///< of the views in DATA instead of the log
  bool json = false;
};
Parsed<DigestOptions> read_digest_options(const std::vector<std::string>& arguments);

struct HistoryOptions {
  LogOptions log;
  ConfigId id;
  bool json = false;
};
Parsed<HistoryOptions> read_history_options(const std::vector<std::string>& arguments);

struct TailOptions {
  LogOptions log;
  Sequence after;
  std::optional<std::size_t> last;  ///< only so many, the last ones
  bool follow = false;
  std::vector<std::string> types;  ///< of records, as `dialin.config.created.v1`; none: all
  std::optional<TenantId> tenant;
  bool json = false;
};
Parsed<TailOptions> read_tail_options(const std::vector<std::string>& arguments);

struct ExportOptions {
  LogOptions log;
  Sequence after;
  std::optional<LogPoint> to;  ///< nothing: the end
};
Parsed<ExportOptions> read_export_options(const std::vector<std::string>& arguments);

}  // namespace dialin::cli
