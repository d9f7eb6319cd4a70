#include "api/cli/options/import_options.h"

namespace dialin::cli {

Parsed<ImportOptions> read_import_options(const std::vector<std::string>& arguments) {
  ImportOptions options;
  CommandLine line("import",
                   "Put a chain, as 'dialin export' writes it, from stdin into a log: every byte, every id and sequence as they were.");
  const LogWords log(line);
  line.option("--kafka-replication", options.replication, "copies of a topic that is made; 0 is 3, or as many as there are brokers")
      .range(0, 100);
  line.flag("--json", options.json, "the outcome as one line of JSON");
  line.footer(
      "\nThe log must be empty, or hold a beginning of the same chain, which is compared and passed over: what was broken off is gone on\n"
      "with by the same command. Each line is proved before anything of it is stored. No server may run on the directory; on Kafka the\n"
      "topic is made when it is missing, and no node leads meanwhile.\n"
      "Prints 'imported N records, head SEQUENCE:ID'. Status 1: a line is wrong, or is of another chain; what came before it stays.");
  if (const auto end = line.parse(arguments)) return *end;
  if (const auto why = log.read(options.log); !why.empty()) return line.wrong_use(why);
  if (!options.log.kafka && line.times_typed("--kafka-replication") > 0)
    return line.wrong_use("--kafka-replication goes with --log kafka: a directory has no copies");
  return options;
}

}  // namespace dialin::cli
