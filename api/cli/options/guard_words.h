#pragma once
// The options that say what guards a serving process against whoever gets into it, and what it has in memory against who looks at it from
// outside. Made before the line is parsed, asked afterwards. Main thread.

#include <string>

#include "api/cli/options/command_line.h"

namespace dialin::cli {

struct GuardOptions {
  bool sandbox = true;
  bool core_dumps = false;
};

class GuardWords {
 public:
  explicit GuardWords(CommandLine& line);
  GuardWords(const GuardWords&) = delete;
  GuardWords& operator=(const GuardWords&) = delete;
  GuardOptions read() const;

 private:
  std::string sandbox_ = "on";
  std::string core_dumps_ = "off";
};

}  // namespace dialin::cli
