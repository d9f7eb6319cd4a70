#pragma once
// Options of the commands that read a log or care for it (contract.md, "Audit and care of a log"). As in options.h: either the options, or
// the exit status with which the program ends.

#include <optional>
#include <string>
#include <vector>

#include "api/cli/options/options.h"
#include "domain/log_point.h"

namespace dialin::cli {

/// Which log: one on Kafka when that is set, else a data directory's. `data` may be given with the former, too: a node's directory.
struct LogOptions {
  std::string data;
  std::optional<KafkaOptions> kafka;
};

/// The options that name a log, as they are named for `serve`. Made before the line is parsed, asked afterwards.
class LogWords {
 public:
  explicit LogWords(CommandLine& line);
  /// After the line was parsed: was one named, or something said that goes with one only? Then read() judges it.
  bool is_spoken_of() const { return log_ == "kafka" || !data_.empty() || !kafka_.read_without_kafka(true).empty(); }
  /// Why they cannot be used; empty: `log` is set.
  std::string read(LogOptions& log) const;

 private:
  KafkaWords kafka_;
  std::string data_;
  std::string log_ = "embedded";
};

/// What to say of a text that is none (parse_log_point).
std::string no_log_point(const std::string& flag);

struct VerifyOptions {
  LogOptions log;
  std::optional<std::string> expect;  ///< `SEQUENCE:ID` of a record that must be there
  std::string checkpoints;            ///< file of signed notes that the log must agree with; empty: none
  std::string checkpoint_key;         ///< file of the public keys that signed them
  bool json = false;
};
Parsed<VerifyOptions> read_verify_options(const std::vector<std::string>& arguments);

struct ReplayOptions {
  LogOptions log;
  std::optional<LogPoint> to;  ///< nothing: all that is there
  std::string out;             ///< the directory to make
  bool json = false;
};
Parsed<ReplayOptions> read_replay_options(const std::vector<std::string>& arguments);
/// Of `dialin snapshot`: `to` is nothing.
Parsed<ReplayOptions> read_snapshot_options(const std::vector<std::string>& arguments);

}  // namespace dialin::cli
