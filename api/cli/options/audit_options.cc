#include "api/cli/options/audit_options.h"
namespace dialin::cli {

LogWords::LogWords(CommandLine& line) : kafka_(line) {
  line.option("--data", data_, "the data directory of 'dialin serve'; a Kafka node's copy of its log, too");
  line.option("--log", log_, "where the log is: under --data, or on Kafka").one_of({"embedded", "kafka"});
}

std::string LogWords::read(LogOptions& log) const {
  log.data = data_;
  if (log_ == "kafka") return kafka_.read(log.kafka);
  if (const auto why = kafka_.read_without_kafka(true); !why.empty()) return why;
  return data_.empty() ? "name the log: --data DIR, or --log kafka with --kafka-brokers" : "";
}

std::string no_log_point(const std::string& flag) {
  return flag + ' ' + std::string(kNoLogPoint);
}

Parsed<VerifyOptions> read_verify_options(const std::vector<std::string>& arguments) {
  VerifyOptions options;
  CommandLine line("verify",
                   "Prove the log whole: every hash and link, gapless sequences, increasing time, the domain's rules at every prefix.");
  const LogWords log(line);
  line.option("--expect", options.expect, "SEQUENCE:ID of a record that must be there, such as the head that an earlier run printed");
  line.option("--checkpoints", options.checkpoints, "file of checkpoints, one behind the other, that the log must agree with");
  line.option("--checkpoint-key", options.checkpoint_key,
              "file of the public key that signed them, such as KEYFILE.pub; several: one a line");
  line.flag("--json", options.json, "the outcome as one line of JSON");
  line.footer(
      "\nPrints 'ok: N records, head SEQUENCE:ID', or (status 1) the first record that fails or, known to --expect, to a checkpoint\n"
      "or to the views, is missing or another. Read-only; beside a running server too.");
  if (const auto end = line.parse(arguments)) return *end;
  if (options.checkpoints.empty() != options.checkpoint_key.empty())
    return line.wrong_use("--checkpoints and --checkpoint-key go together: whoever signed them must be known");
  if (const auto why = log.read(options.log); !why.empty()) return line.wrong_use(why);
  return options;
}

Parsed<ReplayOptions> read_replay_options(const std::vector<std::string>& arguments) {
  ReplayOptions options;
  std::string to;
  CommandLine line("replay", "Make a data directory of the past: the log up to a point, and the views as they were then.");
  const LogWords log(line);
  line.option("--to", to,
              "SEQUENCE of a record, or a TIME (RFC 3339), which stands for the last record that is not later; a move is taken whole")
      .required();
  line.option("--out", options.out, "the directory to make; it must not be there yet, or be empty").required();
  line.flag("--json", options.json, "the outcome as one line of JSON");
  line.footer(
      "\nPrints 'replayed to SEQUENCE:ID (TIME) in DIR'. Serve it with 'dialin serve --data DIR --read-only'. Reads the log without\n"
      "changing it, beside a running server too, and proves each record that it takes. Exit status 1: the log is not so long, or a\n"
      "record of it fails. A run that is cut short leaves DIR.partial, which the next one throws away.");
  if (const auto end = line.parse(arguments)) return *end;
  if (const auto why = log.read(options.log); !why.empty()) return line.wrong_use(why);
  options.to = parse_log_point(to);
  if (!options.to) return line.wrong_use(no_log_point("--to"));
  if (options.to == LogPoint(Sequence{0})) return line.wrong_use("--to must be at least 1: before the first record there is no log");
  return options;
}

Parsed<ReplayOptions> read_snapshot_options(const std::vector<std::string>& arguments) {
  ReplayOptions options;
  CommandLine line("snapshot", "Make a directory from which a new node of this log is ready in seconds: the log, and its views beside it.");
  const LogWords log(line);
  line.option("--out", options.out, "the directory to make; it must not be there yet, or be empty").required();
  line.flag("--json", options.json, "the outcome as one line of JSON");
  line.footer(
      "\nPrints 'snapshot of SEQUENCE:ID (TIME) in DIR'. Start a node with 'dialin serve --from-snapshot DIR --data NEW …'. Reads the log\n"
      "without changing it, beside a running server too, and proves each record. Of an embedded log a snapshot is for moving or\n"
      "restoring it: two nodes that both go on from it write two histories. Exit status 1: a record fails.");
  if (const auto end = line.parse(arguments)) return *end;
  if (const auto why = log.read(options.log); !why.empty()) return line.wrong_use(why);
  return options;
}

}  // namespace dialin::cli
