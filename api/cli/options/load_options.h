#pragma once
// Options of `dialin load`. As in options.h: either the options, or the exit status with which the program ends.

#include <string>
#include <vector>

#include "api/cli/load/load.h"
#include "api/cli/options/options.h"

namespace dialin::cli {

Parsed<LoadOptions> read_load_options(const std::vector<std::string>& arguments);

}  // namespace dialin::cli
