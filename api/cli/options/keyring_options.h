#pragma once
// Options of `dialin keyring`. As in options.h: either the options, or the exit status with which the program ends.

#include <optional>
#include <string>
#include <vector>

#include "api/cli/options/audit_options.h"

namespace dialin::cli {

struct KeyringOptions {
  enum class Action : std::uint8_t { init, rotate, list, remove } action = Action::list;
  std::string file;
  std::string key_id;             ///< of remove
  std::optional<LogOptions> log;  ///< whose secrets are looked at; of remove always set
  bool json = false;              ///< of list
};
Parsed<KeyringOptions> read_keyring_options(const std::vector<std::string>& arguments);

}  // namespace dialin::cli
