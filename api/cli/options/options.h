#pragma once
// The one place that reads options: flags win over environment (DIALIN_*) over the TOML file given with --config. Every reader returns
// either the options or the exit status with which the program ends (help was printed, or the use was wrong and said so on stderr).

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "api/cli/options/command_line.h"

namespace dialin::cli {

template <class Options>
using Parsed = std::variant<Options, int>;

struct ServeOptions {
  std::optional<KafkaOptions> kafka;  ///< absent: the embedded log
  bool confirms_by_append = false;    ///< of a log on Kafka: the end is asked for by appending
  std::string advertise;              ///< where the other nodes reach this one; empty: where it listens
  std::string node;                   ///< its name; empty: as `advertise`, without the scheme
  std::string data;                   ///< directory: log/ and views/ stand in it
  bool read_only = false;             ///< nothing is written, to DATA neither
  std::string from_snapshot;          ///< directory that a new DATA begins with; empty: none
  std::string host;                   ///< of --listen
  std::uint16_t port = 0;
  std::string keys;         ///< file; default DATA/keys.json
  std::string keyring;      ///< file; default DATA/keyring.json
  std::string signing_key;  ///< file, of checkpoints; empty: none are signed
  bool dev = false;
  std::string sip_domain = "sip.dialin.local";
  bool allow_sip_only = false;
  std::size_t threads = 0;  ///< 0: as many as cores
  std::size_t queue_max = 4096;
  std::size_t connections_max = 20'000;
  std::size_t body_bytes_max = 64 * 1024;
  bool log_json = false;
  std::string log_level = "info";
};
Parsed<ServeOptions> read_serve_options(const std::vector<std::string>& arguments);

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
