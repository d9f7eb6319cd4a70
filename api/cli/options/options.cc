#include "api/cli/options/options.h"

#include <iostream>
#include <optional>

#include "api/cli/command.h"
#include "api/cli/terminal/output.h"

namespace dialin::cli {
namespace {

int wrong_use(std::string_view command, std::string_view why) {
  std::cerr << "dialin " << command << ": " << why << '\n';
  return kWrongUse;
}

std::vector<std::string> without_first(const std::vector<std::string>& arguments) {
  return {arguments.begin() + 1, arguments.end()};
}

}  // namespace

Parsed<InitOptions> read_init_options(const std::vector<std::string>& arguments) {
  InitOptions options;
  std::string log;
  CommandLine line("init", "Found a log on Kafka: a topic that keeps everything, and the first record. A log that exists is left alone.");
  KafkaWords kafka(line);
  line.option("--log", log, "where the log is to be; an embedded one is founded by its first 'serve'").one_of({"kafka"}).required();
  line.option("--kafka-replication", options.replication, "copies of a new topic; 0 is 3, or as many as there are brokers").range(0, 100);
  line.footer("\nPrints the log's id. Exit status 0: founded; 1: there was one already.");
  if (const auto end = line.parse(arguments)) return *end;
  std::optional<KafkaOptions> read;
  if (const auto why = kafka.read(read); !why.empty()) return line.wrong_use(why);
  options.kafka = std::move(*read);
  return options;
}

Parsed<KeysOptions> read_keys_options(const std::vector<std::string>& arguments) {
  using Action = KeysOptions::Action;
  KeysOptions options;
  const std::string action = arguments.empty() ? "" : arguments.front();
  const bool help = action == "--help" || action == "-h" || action == "help";
  if (!help && action != "add" && action != "list" && action != "revoke") {
    return wrong_use("keys", "say 'dialin keys add', 'list' or 'revoke'; 'dialin keys --help' tells more");
  }
  if (help) {
    return print("dialin keys",
                 "Usage: dialin keys add --file FILE --tenant NAME [--scopes read,write,audit]\n"
                 "       dialin keys list --file FILE\n"
                 "       dialin keys revoke --file FILE KEY_ID\n\n"
                 "Keys are stored hashed. 'add' prints the key alone on stdout, once: keep it. A running server sees a\n"
                 "change of its file within 2 s. Scopes: read (configs), write, audit (history and events).\n");
  }
  CommandLine line("keys " + action, "API keys, stored hashed. A running server sees the change within 2 s.");
  line.option("--file", options.file, "the file of keys").required();
  if (action == "add") {
    options.action = Action::add;
    line.option("--tenant", options.tenant, "whose key it is; a tenant's id follows from its name").required();
    line.option("--scopes", options.scopes, "what it may do: a comma list of read, write, audit");
  } else if (action == "revoke") {
    options.action = Action::revoke;
    line.word("KEY_ID", options.key_id, "the key's id, as 'dialin keys list' shows it").required();
  }
  if (const auto end = line.parse(without_first(arguments))) return *end;
  return options;
}

}  // namespace dialin::cli
