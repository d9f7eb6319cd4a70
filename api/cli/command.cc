#include "api/cli/command.h"

#include <array>
#include <iostream>

#include "api/cli/terminal/output.h"

namespace dialin::cli {
namespace {

constexpr std::array kCommands = {
    CommandEntry{"serve", "serve the API, on the embedded log or on Kafka", run_serve},
    CommandEntry{"init", "found a log on Kafka", run_init},
    CommandEntry{"load", "create the configs of a file through the API", run_load},
    CommandEntry{"keys", "add, list and revoke API keys", run_keys},
    CommandEntry{"keyring", "make, rotate, list and remove the keys that seal secrets", run_keyring},
    CommandEntry{"verify", "prove that the log is whole: every hash, link and rule", run_verify},
    CommandEntry{"checkpoint", "sign where the log ends, for an auditor to keep", run_checkpoint},
    CommandEntry{"history", "every event of a config, with what changed", run_history},
    CommandEntry{"tail", "the events of the log, with what changed; follows it, too", run_tail},
    CommandEntry{"digest", "one hash of the whole state, now or as it was", run_digest},
    CommandEntry{"replay", "make a data directory of the past, to be served read-only", run_replay},
    CommandEntry{"snapshot", "make a directory from which a new node starts in seconds", run_snapshot},
    CommandEntry{"export", "the chain as JSON lines", run_export},
    CommandEntry{"import", "put an exported chain into an empty log, or go on with it", run_import},
};

std::string help() {
  std::string text =
      "dialin: an event-sourced store for what happens when a phone number rings.\n\n"
      "Usage: dialin COMMAND [OPTIONS]\n\nCommands:\n";
  for (const auto& command : kCommands) {
    text.append("  ").append(command.name).append(12 - command.name.size(), ' ').append(command.summary).append("\n");
  }
  return text +
         "\nTry it:\n"
         "  dialin serve --data ./data --dev        keys and key ring are made; prints a key and a curl line\n\n"
         "In earnest:\n"
         "  dialin keyring init /etc/dialin/keyring.json\n"
         "  dialin keys add --file /etc/dialin/keys.json --tenant acme\n"
         "  dialin serve --data /var/lib/dialin --listen 127.0.0.1:8080 \\\n"
         "               --keys /etc/dialin/keys.json --keyring /etc/dialin/keyring.json\n\n"
         "Every option is also an environment variable (--listen is DIALIN_LISTEN) and a key of the TOML file\n"
         "given with --config; flags win over environment over file. 'dialin COMMAND --help' lists a command's options.\n"
         "Exit status: 0 done, 1 the thing asked about is not so, 2 wrong use, 3 could not run.\n";
}

}  // namespace

std::span<const CommandEntry> commands() {
  return kCommands;
}

std::string_view version() {
  return DIALIN_VERSION;
}

int run(const std::vector<std::string>& arguments) {
  const std::string_view first = arguments.empty() ? std::string_view{} : std::string_view{arguments.front()};
  if (first == "--help" || first == "-h" || first == "help") return print("dialin", help());
  if (first == "--version") return print("dialin", "dialin " + std::string(version()) + "\n");
  for (const auto& command : kCommands) {
    if (command.name == first) return command.run({arguments.begin() + 1, arguments.end()});
  }
  if (first.empty()) {
    std::cerr << help();
  } else {
    std::cerr << "dialin: there is no command '" << first << "'; 'dialin --help' lists them\n";
  }
  return kWrongUse;
}

}  // namespace dialin::cli
