#pragma once
// The options that say how a server speaks on stderr. Made before the line is parsed, asked afterwards. Main thread.

#include <string>

#include "api/cli/options/command_line.h"

namespace dialin::cli {

struct LineOptions {
  bool json = false;
  std::string level = "info";
  bool requests = true;  ///< a line for each
};

class LineWords {
 public:
  explicit LineWords(CommandLine& line);
  LineWords(const LineWords&) = delete;
  LineWords& operator=(const LineWords&) = delete;
  LineOptions read() const;

 private:
  std::string format_ = "text";
  std::string level_ = LineOptions{}.level;
  std::string requests_ = "on";
};

}  // namespace dialin::cli
