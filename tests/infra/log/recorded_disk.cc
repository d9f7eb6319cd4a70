#include "recorded_disk.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace dialin::log {
namespace {

void put_into(std::string& content, std::uint64_t offset, std::string_view bytes) {
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size(), '\0');
  content.replace(offset, bytes.size(), bytes);
}

class NoLock : public Lock {};

}  // namespace

class RecordedFile : public File {
 public:
  RecordedFile(RecordedDisk& disk, std::shared_ptr<RecordedDisk::Inode> inode) : disk_(disk), inode_(std::move(inode)) {}

  Result<std::size_t, Errno> read(char* out, std::size_t size, std::uint64_t offset) const override {
    const std::lock_guard lock(disk_.mutex_);
    const std::string& content = inode_->current;
    const std::size_t got = offset >= content.size() ? 0 : std::min<std::size_t>(size, content.size() - offset);
    return {boost::system::in_place_value, content.copy(out, got, got == 0 ? 0 : offset)};
  }
  Result<std::uint64_t, Errno> size() const override {
    const std::lock_guard lock(disk_.mutex_);
    return inode_->current.size();
  }
  Errno write(std::string_view bytes, std::uint64_t offset) override {
    const std::lock_guard lock(disk_.mutex_);
    const Errno error = disk_.begin({RecordedDisk::Step::write, inode_->path, offset, bytes.size()});
    // A write that fails may have done a part of its work.
    if (error.failed()) bytes = bytes.substr(0, bytes.size() / 2);
    put_into(inode_->current, offset, bytes);
    inode_->unsynced.push_back({offset, std::string(bytes)});
    disk_.look();
    return error;
  }
  Errno sync() override {
    const std::lock_guard lock(disk_.mutex_);
    const RecordedDisk::Event event{RecordedDisk::Step::sync, inode_->path};
    if (const Errno error = disk_.begin(event); error.failed()) return error;
    if (!disk_.lies(event)) {
      inode_->synced = inode_->current;
      inode_->unsynced.clear();
    }
    disk_.look();
    return {};
  }
  Errno reserve(std::uint64_t size) override {
    const std::lock_guard lock(disk_.mutex_);
    return disk_.begin({RecordedDisk::Step::reserve, inode_->path, 0, size});
  }

 private:
  RecordedDisk& disk_;
  std::shared_ptr<RecordedDisk::Inode> inode_;
};

Errno RecordedDisk::begin(const Event& event) {
  look();
  return fails_ ? fails_(event) : Errno{};
}

void RecordedDisk::change_directory(std::function<void(Directory&)> change) {
  change(directory_);
  directory_changes_.push_back(std::move(change));
  look();
}

Result<std::unique_ptr<File>, Errno> RecordedDisk::open(const std::string& path, Mode mode) {
  const std::lock_guard lock(mutex_);
  if (mode == Mode::create) {
    if (const Errno error = begin({Step::create, path}); error.failed()) return error;
    auto fresh = std::make_shared<Inode>();
    fresh->path = path;
    change_directory([path, fresh](Directory& directory) { directory[path] = fresh; });
  }
  const auto found = directory_.find(path);
  if (found == directory_.end()) return Errno::of(ENOENT);
  return std::make_unique<RecordedFile>(*this, found->second);
}

Errno RecordedDisk::rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  if (const Errno error = begin({Step::rename, from}); error.failed()) return error;
  directory_.at(from)->path = to;
  change_directory([from, to](Directory& directory) {
    if (auto moved = directory.extract(from)) directory[to] = moved.mapped();
  });
  return {};
}

Errno RecordedDisk::remove(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (!directory_.contains(path)) return {};
  if (const Errno error = begin({Step::remove, path}); error.failed()) return error;
  change_directory([path](Directory& directory) { directory.erase(path); });
  return {};
}

Errno RecordedDisk::sync_dir(const std::string& dir) {
  const std::lock_guard lock(mutex_);
  const Event event{Step::sync_dir, dir};
  if (const Errno error = begin(event); error.failed()) return error;
  if (!lies(event)) {
    synced_directory_ = directory_;
    directory_changes_.clear();
  }
  look();
  return {};
}

Result<std::vector<std::string>, Errno> RecordedDisk::list(const std::string& dir) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [path, inode] : directory_) {
    if (path.starts_with(dir + "/")) names.push_back(path.substr(dir.size() + 1));
  }
  return names;
}

Result<std::unique_ptr<Lock>, LockRefused> RecordedDisk::lock(const std::string&) {
  return std::make_unique<NoLock>();
}

template <class Piece>
void RecordedDisk::each_sector(const Inode& inode, const Piece& piece) {
  for (const Write& write : inode.unsynced) {
    for (std::size_t at = 0; at < write.bytes.size();) {
      const std::uint64_t offset = write.offset + at;
      const std::size_t size = std::min<std::size_t>(kSectorBytes - offset % kSectorBytes, write.bytes.size() - at);
      piece(offset, std::string_view(write.bytes).substr(at, size));
      at += size;
    }
  }
}

std::unique_ptr<RecordedDisk> RecordedDisk::crash(const std::function<bool()>& keep, std::size_t directory_changes_kept) const {
  const std::lock_guard lock(mutex_);
  Directory directory = synced_directory_;
  for (std::size_t i = 0; i < directory_changes_kept; ++i) directory_changes_[i](directory);
  auto disk = std::make_unique<RecordedDisk>();
  for (const auto& [path, inode] : directory) {
    auto left = std::make_shared<Inode>();
    left->path = path;
    left->current = inode->synced;
    each_sector(*inode, [&](std::uint64_t offset, std::string_view bytes) {
      if (keep()) put_into(left->current, offset, bytes);
    });
    left->synced = left->current;
    disk->directory_[path] = left;
  }
  disk->synced_directory_ = disk->directory_;
  return disk;
}

std::unique_ptr<RecordedDisk> RecordedDisk::crash(std::mt19937_64& random) const {
  const std::lock_guard lock(mutex_);
  const std::uint64_t percent = std::array<std::uint64_t, 5>{0, 10, 50, 90, 100}[random() % 5];
  return crash([&] { return random() % 100 < percent; }, random() % (directory_changes_.size() + 1));
}

std::size_t RecordedDisk::unsynced_sectors() const {
  const std::lock_guard lock(mutex_);
  std::size_t sectors = 0;
  for (const auto& [path, inode] : directory_) each_sector(*inode, [&](std::uint64_t, std::string_view) { ++sectors; });
  return sectors;
}

std::size_t RecordedDisk::unsynced_directory_changes() const {
  const std::lock_guard lock(mutex_);
  return directory_changes_.size();
}

std::string RecordedDisk::content(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  return directory_.at(path)->current;
}

void RecordedDisk::set_content(const std::string& path, std::string bytes) {
  const std::lock_guard lock(mutex_);
  const auto& inode = directory_.at(path);
  inode->current = inode->synced = std::move(bytes);
  inode->unsynced.clear();
}

}  // namespace dialin::log
