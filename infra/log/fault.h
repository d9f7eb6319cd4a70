#pragma once
// What is wrong with a chain on disk, and where: what `dialin verify` prints and what an opening that is refused says.

#include <cstdint>
#include <string>

#include "domain/ids.h"

namespace dialin::log {

struct Fault {
  Sequence sequence;         ///< the first record that fails
  std::string file;          ///< name of the segment, without the directory
  std::uint64_t offset = 0;  ///< in the file: of the frame
  std::string what;
  bool unreadable = false;  ///< the file system failed; the bytes themselves may be sound

  /// One line: `record 7 (00000000000000000001.segment, byte 4711): its id is not the hash of its content`.
  std::string text() const {
    return "record " + std::to_string(sequence.value) + " (" + file + ", byte " + std::to_string(offset) + "): " + what;
  }
};

}  // namespace dialin::log
