#include "infra/log/open_files.h"

#include <algorithm>

namespace dialin::log {

Result<std::shared_ptr<const File>, Errno> OpenFiles::get(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(open_.rbegin(), open_.rend(), [&](const Open& open) { return open.path == path; });
  if (found != open_.rend()) {
    std::rotate(found.base() - 1, found.base(), open_.end());
    return open_.back().file;
  }
  auto file = files_.open(path, FileLayer::Mode::read);
  if (!file) return file.error();
  if (open_.size() == kOpenMax) open_.erase(open_.begin());
  open_.push_back({path, std::move(*file)});
  return open_.back().file;
}

void OpenFiles::forget(const std::string& path) {
  const std::lock_guard lock(mutex_);
  std::erase_if(open_, [&](const Open& open) { return open.path == path; });
}

}  // namespace dialin::log
