#pragma once
// The one place that reads options: flags win over environment (DIALIN_*) over the TOML file given with --config. Every reader returns
// either the options or the exit status with which the program ends (help was printed, or the use was wrong and said so on stderr).

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "api/cli/options/command_line.h"

namespace dialin::cli {

template <class Options>
using Parsed = std::variant<Options, int>;

struct InitOptions {
  KafkaOptions kafka;
  int replication = 0;  ///< 0: 3, or the number of brokers when that is less
};
Parsed<InitOptions> read_init_options(const std::vector<std::string>& arguments);

struct KeysOptions {
  enum class Action : std::uint8_t { add, list, revoke } action = Action::list;
  std::string file;
  std::string tenant;                       ///< of add
  std::string scopes = "read,write,audit";  ///< of add
  std::string key_id;                       ///< of revoke
};
Parsed<KeysOptions> read_keys_options(const std::vector<std::string>& arguments);

}  // namespace dialin::cli
