#pragma once
// A FileLayer in memory that knows what a disk would have kept. Each file has what was synced and the writes since then, in order; the
// directory has what was synced and its changes since then. From that it makes the disks that a power cut could leave: of the unsynced
// writes any subset of 512-byte sectors, of the directory's changes any first part. Any thread.

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "infra/log/file_layer.h"

namespace dialin::log {

class RecordedDisk : public FileLayer {
 public:
  static constexpr std::size_t kSectorBytes = 512;

  /// What is about to happen, to whom hooks listen.
  enum class Step : std::uint8_t { write, sync, reserve, create, rename, remove, sync_dir };
  struct Event {
    Step step;
    std::string path;  ///< the file's name when it was opened or last renamed
    std::uint64_t offset = 0;
    std::size_t size = 0;
  };

  /// Decides, before it happens, whether a step fails and how.
  std::function<Errno(const Event&)> fails = [](const Event&) { return Errno{}; };
  /// Leaves a sync out: the caller is told that it was done.
  std::function<bool(const Event&)> lies = [](const Event&) { return false; };
  /// Told before and after each step; may look at the disk through crash(), from the same thread.
  std::function<void()> look = [] {};

  /// A disk as a power cut right now could leave it. `keep` is asked for each unsynced sector, in the order of writing.
  std::unique_ptr<RecordedDisk> crash(const std::function<bool()>& keep, std::size_t directory_changes_kept) const;
  /// The same by chance, from nearly nothing kept to nearly all.
  std::unique_ptr<RecordedDisk> crash(std::mt19937_64& random) const;
  std::size_t unsynced_sectors() const;
  std::size_t unsynced_directory_changes() const;

  /// Bytes as they are now, for tests that damage them.
  std::string content(const std::string& path) const;
  void set_content(const std::string& path, std::string bytes);

  Result<std::unique_ptr<File>, Errno> open(const std::string& path, Mode mode) override;
  Errno rename(const std::string& from, const std::string& to) override;
  Errno remove(const std::string& path) override;
  Errno make_dir(const std::string&) override { return {}; }
  Errno sync_dir(const std::string& dir) override;
  Result<std::vector<std::string>, Errno> list(const std::string& dir) override;
  Result<std::unique_ptr<Lock>, LockRefused> lock(const std::string& path) override;

 private:
  friend class RecordedFile;
  struct Write {
    std::uint64_t offset;
    std::string bytes;
  };
  struct Inode {
    std::string path;
    std::string synced;
    std::string current;
    std::vector<Write> unsynced;
  };
  using Directory = std::map<std::string, std::shared_ptr<Inode>>;

  Errno begin(const Event& event);
  void change_directory(std::function<void(Directory&)> change);
  template <class Piece>
  static void each_sector(const Inode& inode, const Piece& piece);

  mutable std::recursive_mutex mutex_;  ///< recursive: look() is called with it held, and looks
  Directory directory_;
  Directory synced_directory_;
  std::vector<std::function<void(Directory&)>> directory_changes_;
};

}  // namespace dialin::log
