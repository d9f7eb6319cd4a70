#pragma once
// A directory in the making: it stands under a name of its own until all of it is there and durable, so that nothing half is ever taken for
// the whole. Kept from other processes by the lock of the log that is made in it. Main thread.

#include <memory>
#include <string>

#include "domain/result.h"
#include "infra/log/file_layer.h"
#include "infra/log/open_failure.h"

namespace dialin::cli {

class PartialDirectory {
 public:
  /// Begins `path`, with an empty `log` in it. What a run that was cut short left there is thrown away; one that is at it is left alone,
  /// and so is what no run can have made.
  static Result<PartialDirectory, log::OpenFailure> begin(log::FileLayer& files, std::string path);
  /// Removes what was not kept.
  ~PartialDirectory();
  PartialDirectory(PartialDirectory&&) = default;
  PartialDirectory& operator=(PartialDirectory&&) = delete;

  const std::string& path() const { return path_; }
  /// Gives it `name`, durably, with all that is in it.
  Result<void, log::OpenFailure> become(const std::string& name);

 private:
  PartialDirectory(log::FileLayer& files, std::string path, std::unique_ptr<log::Lock> lock)
      : files_(&files), path_(std::move(path)), lock_(std::move(lock)) {}

  log::FileLayer* files_;
  std::string path_;
  std::unique_ptr<log::Lock> lock_;  ///< null: there is nothing to remove
};

}  // namespace dialin::cli
