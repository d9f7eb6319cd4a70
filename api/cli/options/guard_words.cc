#include "api/cli/options/guard_words.h"

namespace dialin::cli {

GuardWords::GuardWords(CommandLine& line) {
  line.option("--sandbox", sandbox_, "while serving, make only the system calls that a server needs (seccomp)").one_of({"on", "off"});
  line.option("--core-dumps", core_dumps_, "leave core files, with keys and secrets in them, and let the same user's debuggers in")
      .one_of({"on", "off"});
}

GuardOptions GuardWords::read() const {
  return {.sandbox = sandbox_ == "on", .core_dumps = core_dumps_ == "on"};
}

}  // namespace dialin::cli
