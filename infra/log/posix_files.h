#pragma once
// FileLayer on a real disk. Stateless; any thread.

#include <memory>
#include <string>

#include "infra/log/file_layer.h"

namespace dialin::log {

class PosixFiles : public FileLayer {
 public:
  Result<std::unique_ptr<File>, Errno> open(const std::string& path, Mode mode) override;
  Errno rename(const std::string& from, const std::string& to) override;
  Errno remove(const std::string& path) override;
  Errno make_dir(const std::string& dir) override;
  Errno sync_dir(const std::string& dir) override;
  Result<std::vector<std::string>, Errno> list(const std::string& dir) override;
  Result<std::unique_ptr<Lock>, LockRefused> lock(const std::string& path) override;
  bool may_be_held(const std::string& path) const override;
};

/// For who only reads: keeps out whoever would take lock(), beside others like it, and writes nothing. Null when there is no such file.
Result<std::unique_ptr<Lock>, LockRefused> lock_to_read(const std::string& path);

}  // namespace dialin::log
