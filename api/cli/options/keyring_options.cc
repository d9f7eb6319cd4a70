#include "api/cli/options/keyring_options.h"

#include <iostream>

#include "api/cli/command.h"
#include "api/cli/terminal/output.h"

namespace dialin::cli {
namespace {

using Action = KeyringOptions::Action;

std::optional<Action> action_named(const std::string& word) {
  if (word == "init") return Action::init;
  if (word == "rotate") return Action::rotate;
  if (word == "list") return Action::list;
  if (word == "remove") return Action::remove;
  return std::nullopt;
}

int print_help() {
  return print("dialin keyring",
               "Usage: dialin keyring init FILE                  makes a key ring, never over an existing one\n"
               "       dialin keyring rotate FILE                adds a key that seals from now on; the old ones still open\n"
               "       dialin keyring list FILE [LOG]            ids and dates, never keys; and which of them the log needs\n"
               "       dialin keyring remove FILE KEY_ID LOG     takes a key away that no secret of the log was sealed with\n\n"
               "LOG: --data DIR, or --log kafka --kafka-brokers HOST:PORT,… --kafka-topic TOPIC; all of it is read.\n"
               "'dialin keyring list --help' lists the options.\n");
}

}  // namespace

Parsed<KeyringOptions> read_keyring_options(const std::vector<std::string>& arguments) {
  KeyringOptions options;
  const std::string word = arguments.empty() ? "" : arguments.front();
  if (word == "--help" || word == "-h" || word == "help") {
    return print_help();
  }
  CommandLine line("keyring" + (word.empty() ? "" : " " + word), "The keys that seal hmac secrets, and the one that makes fingerprints.");
  const auto action = action_named(word);
  if (!action) {
    std::cerr << "dialin keyring: say 'dialin keyring init', 'rotate', 'list' or 'remove'; 'dialin keyring --help' tells more\n";
    return kWrongUse;
  }
  options.action = *action;
  line.word("FILE", options.file, "the key ring's file").required();
  if (*action == Action::remove) line.word("KEY_ID", options.key_id, "the key's id, as 'dialin keyring list' shows it").required();
  if (*action == Action::list) line.flag("--json", options.json, "a line of JSON for each key");
  std::optional<LogWords> log;
  if (*action == Action::list || *action == Action::remove) log.emplace(line);
  if (const auto end = line.parse({arguments.begin() + 1, arguments.end()})) return *end;
  if (log && (*action == Action::remove || log->is_spoken_of())) {
    if (const auto why = log->read(options.log.emplace()); !why.empty()) return line.wrong_use(why);
  }
  return options;
}

}  // namespace dialin::cli
