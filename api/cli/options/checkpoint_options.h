#pragma once
// Options of `dialin checkpoint`. As in options.h: either the options, or the exit status with which the program ends.

#include <string>
#include <vector>

#include "api/cli/options/audit_options.h"

namespace dialin::cli {

struct CheckpointOptions {
  LogOptions log;
  std::string signing_key;  ///< file
};
Parsed<CheckpointOptions> read_checkpoint_options(const std::vector<std::string>& arguments);

struct CheckpointKeyOptions {
  std::string file;
  std::string name = "dialin";
};
/// `arguments`: what stands behind `checkpoint init`.
Parsed<CheckpointKeyOptions> read_checkpoint_key_options(const std::vector<std::string>& arguments);

}  // namespace dialin::cli
