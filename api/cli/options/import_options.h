#pragma once
// Options of `dialin import`. As in options.h: either the options, or the exit status with which the program ends.

#include <string>
#include <vector>

#include "api/cli/options/audit_options.h"

namespace dialin::cli {

struct ImportOptions {
  LogOptions log;
  int replication = 0;  ///< of a topic that is made; 0: 3, or the number of brokers when that is less
  bool json = false;
};
Parsed<ImportOptions> read_import_options(const std::vector<std::string>& arguments);

}  // namespace dialin::cli
