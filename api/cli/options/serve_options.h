#pragma once
// What `dialin serve` is told. Options of one concern stand in a struct and a file of their own, each with the words that read them
// (KafkaWords is the pattern): this file only puts them together.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/cli/options/guard_words.h"
#include "api/cli/options/limit_words.h"
#include "api/cli/options/line_words.h"
#include "api/cli/options/music_words.h"
#include "api/cli/options/options.h"
#include "api/cli/options/tls_words.h"

namespace dialin::cli {

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
  std::optional<std::uint64_t> connections_per_address;  ///< absent: a quarter of all, and of loopback as many as there may be
  std::size_t body_bytes_max = 64 * 1024;
  LimitOptions limits;
  LineOptions lines;
  TlsOptions tls;
  HoldMusicOptions hold_music;
  GuardOptions guard;
};
Parsed<ServeOptions> read_serve_options(const std::vector<std::string>& arguments);

}  // namespace dialin::cli
