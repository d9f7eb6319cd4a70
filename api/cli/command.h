#pragma once
// The program's commands, each a small program of its own with its options. main() picks one by its name.

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dialin::cli {

/// Exit statuses of the contract ("The program").
enum Exit : int {
  kDone = 0,
  kNotSo = 1,  ///< the thing asked about is not so: a broken chain, a key that is not there
  kWrongUse = 2,
  kCouldNotRun = 3,
};

struct CommandEntry {
  std::string_view name;
  std::string_view summary;  ///< one line for `dialin --help`
  /// `arguments`: what stands behind the command's name. Returns an Exit. Results go to stdout, talk to stderr.
  int (*run)(const std::vector<std::string>& arguments);
};
std::span<const CommandEntry> commands();

/// The whole program: `arguments` without the program's name.
int run(const std::vector<std::string>& arguments);

int run_serve(const std::vector<std::string>& arguments);
int run_init(const std::vector<std::string>& arguments);
int run_keys(const std::vector<std::string>& arguments);
int run_keyring(const std::vector<std::string>& arguments);
int run_verify(const std::vector<std::string>& arguments);
int run_digest(const std::vector<std::string>& arguments);
int run_history(const std::vector<std::string>& arguments);
int run_tail(const std::vector<std::string>& arguments);
int run_export(const std::vector<std::string>& arguments);
int run_checkpoint(const std::vector<std::string>& arguments);
int run_import(const std::vector<std::string>& arguments);
int run_replay(const std::vector<std::string>& arguments);
int run_load(const std::vector<std::string>& arguments);
int run_snapshot(const std::vector<std::string>& arguments);

/// The version that CMakeLists.txt names.
std::string_view version();

}  // namespace dialin::cli
