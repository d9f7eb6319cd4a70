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

  using Fails = std::function<Errno(const Event&)>;
  using Lies = std::function<bool(const Event&)>;
  using Look = std::function<void()>;
  /// Decides, before it happens, whether a step fails and how. Empty: none does.
  void fail_when(Fails fails) { set(fails_, std::move(fails)); }
  /// Leaves a sync out: the caller is told that it was done.
  void lie_when(Lies lies) { set(lies_, std::move(lies)); }
  /// Told before and after each step; may look at the disk through crash(), on the thread that tells it.
  void watch(Look look) { set(look_, std::move(look)); }

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
  bool may_be_held(const std::string&) const override { return true; }

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

  template <class Hook>
  void set(Hook& hook, Hook to) {
    const std::lock_guard lock(mutex_);
    hook = std::move(to);
  }
  void look() const {
    if (look_) look_();
  }
  bool lies(const Event& event) const { return lies_ && lies_(event); }
  Errno begin(const Event& event);
  void change_directory(std::function<void(Directory&)> change);
  template <class Piece>
  static void each_sector(const Inode& inode, const Piece& piece);

  mutable std::recursive_mutex mutex_;  ///< recursive: who watches is called with it held, and looks
  Fails fails_;
  Lies lies_;
  Look look_;
  Directory directory_;
  Directory synced_directory_;
  std::vector<std::function<void(Directory&)>> directory_changes_;
};

}  // namespace dialin::log
