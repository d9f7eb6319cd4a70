#pragma once
// The few things the chain file asks of the file system, so that a test can record every write and replay every crash (tests/infra/log).
// The one for real disks is PosixFiles (posix_files.h). Thin: errors are errno values, nothing is retried but EINTR.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "domain/result.h"

namespace dialin::log {

/// An errno value; 0 is success.
struct Errno {
  int code = 0;
  Errno() = default;
  /// Not a constructor: a number that is no error must not become one.
  static Errno of(int code) {
    Errno error;
    error.code = code;
    return error;
  }
  bool failed() const { return code != 0; }
  /// The disk or the quota is full: may pass when room is made.
  bool no_space() const;
  std::string text() const;
};

/// An open file; closed when it goes. read() and size(): any thread. The others: one thread at a time.
class File {
 public:
  virtual ~File() = default;
  /// Up to `size` bytes from `offset` on; fewer only where the file ends.
  virtual Result<std::size_t, Errno> read(char* out, std::size_t size, std::uint64_t offset) const = 0;
  virtual Result<std::uint64_t, Errno> size() const = 0;
  /// All of `bytes`. After an error any part of them may be written.
  virtual Errno write(std::string_view bytes, std::uint64_t offset) = 0;
  /// fdatasync: when it returns 0, everything written and the size are on the disk.
  virtual Errno sync() = 0;
  /// Takes room for `size` bytes from the file system, so that a full disk shows at once. Success where the file system cannot.
  virtual Errno reserve(std::uint64_t size) = 0;
};

/// Held as long as the object lives, at most as long as the process.
class Lock {
 public:
  virtual ~Lock() = default;
};
struct LockRefused {
  Errno error;          ///< EWOULDBLOCK: another process holds it
  long holder_pid = 0;  ///< who, if known; else 0
};

class FileLayer {
 public:
  enum class Mode : std::uint8_t {
    read,
    write,   ///< an existing file, to read and write
    create,  ///< a new file, emptied when there is one
  };

  virtual ~FileLayer() = default;
  virtual Result<std::unique_ptr<File>, Errno> open(const std::string& path, Mode mode) = 0;
  virtual Errno rename(const std::string& from, const std::string& to) = 0;
  /// Success also when there is none.
  virtual Errno remove(const std::string& path) = 0;
  /// The directory and those above it, durably. Success when it is there.
  virtual Errno make_dir(const std::string& dir) = 0;
  /// Makes renames, creations and removals in `dir` durable.
  virtual Errno sync_dir(const std::string& dir) = 0;
  /// Names of the files in `dir`, in no order.
  virtual Result<std::vector<std::string>, Errno> list(const std::string& dir) = 0;
  /// Keeps every other process out, without waiting. The file names the holder and stays when the lock goes.
  virtual Result<std::unique_ptr<Lock>, LockRefused> lock(const std::string& path) = 0;
  /// Whether the process that the lock's file names is still there: a hint, for who would rather not wait for what only that one does.
  virtual bool may_be_held(const std::string& path) const = 0;
};

}  // namespace dialin::log
