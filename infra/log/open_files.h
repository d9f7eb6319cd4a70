#pragma once
// Files that are open for reading, the ones used last; so that a chain of thousands of segments needs a handful of descriptors. Any thread.

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "infra/log/file_layer.h"

namespace dialin::log {

class OpenFiles {
 public:
  static constexpr std::size_t kOpenMax = 32;

  explicit OpenFiles(FileLayer& files) : files_(files) {}

  /// Whoever holds the file keeps it open, also when it is dropped here.
  Result<std::shared_ptr<const File>, Errno> get(const std::string& path);
  /// The file was replaced: open it anew the next time.
  void forget(const std::string& path);

 private:
  struct Open {
    std::string path;
    std::shared_ptr<const File> file;
  };

  FileLayer& files_;
  std::mutex mutex_;
  std::vector<Open> open_;  ///< the one used last stands last
};

}  // namespace dialin::log
