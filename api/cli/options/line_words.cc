#include "api/cli/options/line_words.h"

namespace dialin::cli {

LineWords::LineWords(CommandLine& line) {
  line.option("--log-format", format_, "of the lines on stderr").one_of({"text", "json"});
  line.option("--log-level", level_, "the least level of lines on stderr").one_of({"debug", "info", "warning", "error"});
  line.option("--log-requests", requests_, "a line for each request; those without a key, as /healthz, are of level debug")
      .one_of({"on", "off"});
}

LineOptions LineWords::read() const {
  return {.json = format_ == "json", .level = level_, .requests = requests_ == "on"};
}

}  // namespace dialin::cli
