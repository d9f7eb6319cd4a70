#include "api/cli/copying/partial_directory.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace dialin::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLog = "/log";
constexpr const char* kLock = "/log/lock";

/// Whether all that stands there can be a run's: a directory of somebody else's may have such a name, too.
bool is_ours(const std::string& path) {
  if (!fs::exists(path)) return true;
  return std::all_of(fs::directory_iterator(path), fs::directory_iterator(), [](const fs::directory_entry& entry) {
    const auto name = entry.path().filename();
    return name == "log" || name == "views" || name == "snapshot.json";
  });
}

/// All but the lock, which is held.
void throw_away_content(const std::string& path) {
  for (const auto& entry : fs::directory_iterator(path)) {
    if (entry.path() != path + kLog) fs::remove_all(entry.path());
  }
  for (const auto& entry : fs::directory_iterator(path + kLog)) {
    if (entry.path() != path + kLock) fs::remove_all(entry.path());
  }
}

/// Where a note of the place on a topic and an index are made nobody syncs them, because they can be made anew: but this is to be whole.
log::Errno sync_all(log::FileLayer& files, const std::string& path) {
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    const std::string name = entry.path().string();
    log::Errno error;
    if (entry.is_directory()) {
      if (!entry.is_symlink()) error = files.sync_dir(name);
    } else {
      const auto file = files.open(name, log::FileLayer::Mode::read);
      error = file ? (*file)->sync() : file.error();
    }
    if (error.failed()) return error;
  }
  return files.sync_dir(path);
}

}  // namespace

Result<PartialDirectory, log::OpenFailure> PartialDirectory::begin(log::FileLayer& files, std::string path) {
  if (!is_ours(path))
    return log::OpenFailure{log::OpenError::failed, path + " is there already, and holds what no run has left: move it away"};
  if (const log::Errno error = files.make_dir(path + kLog); error.failed()) return log::open_failure(path + " cannot be made", error);
  auto lock = files.lock(path + kLock);
  // One that is thrown away by whoever failed to make it may have been locked in its last moment.
  if (!lock && lock.error().error.code != EWOULDBLOCK) return log::open_failure(path + " cannot be locked", lock.error().error);
  if (!lock || !fs::exists(path + kLock)) return log::OpenFailure{log::OpenError::locked, path + " is in the making by another process"};
  try {
    throw_away_content(path);
  } catch (const fs::filesystem_error& error) {
    return log::OpenFailure{log::OpenError::failed, "what a run that was cut short left cannot be removed: " + std::string(error.what())};
  }
  return PartialDirectory(files, std::move(path), std::move(*lock));
}

PartialDirectory::~PartialDirectory() {
  if (!lock_) return;
  std::error_code left;  // what stays is thrown away by the next run
  fs::remove_all(path_, left);
}

Result<void, log::OpenFailure> PartialDirectory::become(const std::string& name) {
  const std::string parent = fs::absolute(name).parent_path().string();
  if (const log::Errno error = sync_all(*files_, path_); error.failed()) return log::open_failure(path_ + " cannot be synced", error);
  if (const log::Errno error = files_->rename(path_, name); error.failed())
    return log::open_failure(path_ + " cannot become " + name, error);
  lock_.reset();
  if (const log::Errno error = files_->sync_dir(parent); error.failed()) return log::open_failure(parent + " cannot be synced", error);
  return {};
}

}  // namespace dialin::cli
