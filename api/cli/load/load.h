#pragma once
// Creates the configs of a file through the API, several at a time, and reports on each in the file's order. What a busy or leaderless
// server puts off is tried again, bounded; each line has an Idempotency-Key that follows from its number and content, so that within 24 h
// no repetition, of a request or of the whole file, creates anything twice. Main thread; owns threads meanwhile.

#include <cstdint>
#include <functional>
#include <string>

#include "api/cli/load/config_file.h"

namespace dialin::cli {

struct LoadOptions {
  std::string file;
  ConfigFile::Format format = ConfigFile::Format::json;
  std::string server;
  std::string ca;   ///< file, of the authority of the server's certificate; empty: one that the system trusts
  std::string key;  ///< of the environment; never an option, where others would see it
  bool dry_run = false;
  std::size_t connections = 8;
  bool json = false;
};

struct LoadOutcome {
  std::uint64_t line = 0;
  unsigned status = 0;       ///< of the answer; 0: the line was not sent
  std::string id;            ///< of the config; empty: refused. None in a dry run
  std::string phone_number;  ///< as the server normalised it; empty: none
  std::string error;         ///< the code of the contract
  std::string info;          ///< why it was refused
  bool is_refused() const { return !info.empty(); }
};

struct Loaded {
  std::uint64_t created = 0;  ///< in a dry run, those that would be
  std::uint64_t refused = 0;
  /// Why the file was not loaded to its end; empty: it was.
  std::string given_up;
  bool could_not_run = false;  ///< that is the server's doing or the key's, not the file's
};

/// Calls `report` for each line that was tried, in order, on any thread, one at a time.
Loaded load_configs(const LoadOptions& options, ConfigFile& file, const std::function<void(const LoadOutcome&)>& report);

}  // namespace dialin::cli
