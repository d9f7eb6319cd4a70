#include "api/cli/options/checkpoint_options.h"

namespace dialin::cli {

Parsed<CheckpointOptions> read_checkpoint_options(const std::vector<std::string>& arguments) {
  CheckpointOptions options;
  CommandLine line("checkpoint", "Sign where the log ends now: its id, the last record's sequence and id, and the time.");
  const LogWords log(line);
  line.option("--signing-key", options.signing_key, "file of the key that signs: KEYFILE of 'dialin checkpoint init'").required();
  line.footer(
      "\n'dialin checkpoint init KEYFILE' makes the key, and KEYFILE.pub for whoever checks.\n"
      "Prints a note (C2SP signed-note) to be kept where nobody who can change the log can reach it. Appended to one file, a note\n"
      "a day, they are what 'dialin verify --checkpoints FILE --checkpoint-key KEYFILE.pub' compares the log with.\n"
      "Read-only; beside a running server too. Of a directory the last segment alone is proved, of a topic all of it.");
  if (const auto end = line.parse(arguments)) return *end;
  if (const auto why = log.read(options.log); !why.empty()) return line.wrong_use(why);
  return options;
}

Parsed<CheckpointKeyOptions> read_checkpoint_key_options(const std::vector<std::string>& arguments) {
  CheckpointKeyOptions options;
  CommandLine line("checkpoint init", "Make a key that signs checkpoints: KEYFILE, and KEYFILE.pub for whoever checks.");
  line.word("KEYFILE", options.file, "where the key goes (mode 0600); never over an existing file").required();
  line.option("--name", options.name, "the key's name in each note, such as dialin.example.com");
  line.footer("\nPrints the public key, which is also what KEYFILE.pub holds.");
  if (const auto end = line.parse(arguments)) return *end;
  return options;
}

}  // namespace dialin::cli
