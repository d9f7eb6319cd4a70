#include "projections/view_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace dialin::projections {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kFirstSchema = 1;
constexpr const char* kSchemaPrefix = "schema-";

void sync_dir(const std::string& dir) {
  const int file = ::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = file >= 0 && ::fsync(file) == 0;
  const int code = errno;
  if (file >= 0) ::close(file);
  if (!synced) throw std::system_error(code, std::generic_category(), "syncing " + dir);
}

/// Relative, so that the folder can be moved and copied.
std::string name_of_schema(std::uint64_t schema) {
  return kSchemaPrefix + std::to_string(schema);
}

}  // namespace

void ViewFolder::put_in_order() const {
  fs::create_directories(dir_);
  fs::remove_all(rebuilding());
  if (fs::symlink_status(link()).type() == fs::file_type::directory) {
    // The link first: a crash between the two renames leaves it, and no directory that it could be mistaken with.
    fs::remove_all(of_schema(kFirstSchema));
    fs::remove(next_link());
    fs::create_symlink(name_of_schema(kFirstSchema), next_link());
    fs::rename(link(), of_schema(kFirstSchema));
  }
  if (!fs::is_symlink(next_link())) return;
  if (fs::is_symlink(link())) {
    fs::remove(next_link());
  } else {
    fs::rename(next_link(), link());
  }
  sync_dir(dir_);
}

std::string ViewFolder::current() const {
  const fs::path in_use = fs::is_symlink(next_link()) && !fs::exists(fs::symlink_status(link())) ? next_link() : link();
  if (!fs::exists(in_use)) return {};
  return fs::is_symlink(in_use) ? (fs::path(dir_) / fs::read_symlink(in_use)).string() : in_use.string();
}

std::string ViewFolder::of_schema(std::uint64_t schema) const {
  return dir_ + "/" + name_of_schema(schema);
}

void ViewFolder::keep_rebuilt(std::uint64_t schema) const {
  sync_dir(rebuilding());
  // Only a worthless one can be there: without it, a crash right here is one more rebuild.
  fs::remove_all(of_schema(schema));
  fs::rename(rebuilding(), of_schema(schema));
  sync_dir(dir_);
}

void ViewFolder::use(std::uint64_t schema) const {
  fs::remove(next_link());
  fs::create_symlink(name_of_schema(schema), next_link());
  fs::rename(next_link(), link());
  sync_dir(dir_);
}

void ViewFolder::remove_others() const {
  const auto kept = fs::path(current()).filename();
  for (const auto& entry : fs::directory_iterator(dir_)) {
    const auto name = entry.path().filename();
    if (name.string().starts_with(kSchemaPrefix) && name != kept) fs::remove_all(entry.path());
  }
}

}  // namespace dialin::projections
