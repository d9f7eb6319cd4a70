#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz/fuzz.h"

namespace dialin::fuzz {
namespace {

/// In memory: a target reads it thousands of times a second.
int memory_file() {
  const int file = ::memfd_create("fuzz", MFD_CLOEXEC);
  must(file >= 0 && ::fchmod(file, 0600) == 0, "there is a file in memory");
  return file;
}

}  // namespace

const std::string& file_with(std::string_view text) {
  static const int file = memory_file();
  static const std::string name = "/proc/self/fd/" + std::to_string(file);
  must(::ftruncate(file, 0) == 0 && ::pwrite(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()),
       "the file is written");
  return name;
}

}  // namespace dialin::fuzz
