#include "projections/view_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace dialin::projections {
namespace {

void sync_dir(const std::string& dir) {
  const int file = ::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  const int code = errno;
  if (file >= 0) ::close(file);
  if (!synced) throw std::system_error(code, std::generic_category(), "syncing " + dir);
}

}  // namespace

ViewFolder::ViewFolder(const std::string& dir) : dir_(dir) {
  std::filesystem::create_directories(dir_);
  std::filesystem::remove_all(rebuilding());
}

void ViewFolder::swap_in() const {
  sync_dir(rebuilding());
  // Only an outdated one can be there: without it, a crash right here is one more rebuild.
  std::filesystem::remove_all(current());
  std::filesystem::rename(rebuilding(), current());
  sync_dir(dir_);
}

}  // namespace dialin::projections
