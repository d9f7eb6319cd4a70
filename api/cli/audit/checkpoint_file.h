#pragma once
// The checkpoints that an auditor keeps in a file, one note behind the other, and the public keys to check them by. Main thread.

#include <cstddef>
#include <string>
#include <vector>

#include "domain/checkpoint.h"
#include "domain/result.h"

namespace dialin::cli {

struct KeptCheckpoint {
  Checkpoint says;
  std::size_t line = 0;  ///< of the file, from 1
};
/// A sentence for the operator.
struct UnfitCheckpoints {
  int status;  ///< an Exit: kNotSo for a note that is not signed by a key of ours, kWrongUse for what is no note, kCouldNotRun for files
  std::string text;
};
/// All of them, every signature checked, in the order of the file. At least one.
Result<std::vector<KeptCheckpoint>, UnfitCheckpoints> read_checkpoints(const std::string& file, const std::string& key_file);

}  // namespace dialin::cli
