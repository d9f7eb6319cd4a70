#include "api/cli/audit_options.h"

namespace dialin::cli {

LogWords::LogWords(CommandLine& line) : kafka_(line) {
  line.option("--data", data_, "the data directory of 'dialin serve'; a Kafka node's copy of its log, too");
  line.option("--log", log_, "where the log is: under --data, or on Kafka").one_of({"embedded", "kafka"});
}

std::string LogWords::read(LogOptions& log) const {
  log.data = data_;
  if (log_ == "kafka") return kafka_.read(log.kafka);
  return data_.empty() ? "name the log: --data DIR, or --log kafka with --kafka-brokers" : "";
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

}  // namespace dialin::cli
