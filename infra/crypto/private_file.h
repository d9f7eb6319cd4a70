#pragma once
// Files that hold secrets or decide who may do what: small, readable by their owner alone, replaced as a whole so that a reader sees the
// old or the new and a crash leaves one of them. Any thread, any number of processes.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/result.h"
#include "infra/crypto/wiped.h"

namespace dialin::crypto {

enum class FaultCode : std::uint8_t {
  missing,      ///< no such file
  exists,       ///< there is one already, and it is not written over
  not_private,  ///< its group or others may read or write it
  damaged,      ///< what is in it is not what should be
  no_such_key,
  invalid,  ///< what was asked for: a tenant's name, no scopes
  busy,     ///< somebody else has been changing it for too long
  failed,   ///< the file system says no
};
/// `text` is a sentence for the operator that names the file and what to do.
struct FileFault {
  FaultCode code;
  std::string text;
};

constexpr std::size_t kPrivateFileBytes_max = 16 * 1024 * 1024;
constexpr int kLockWait_ms_max = 10'000;

/// Tells one content of a file from another without reading it.
struct FileStamp {
  std::uint64_t inode = 0;
  std::int64_t size_bytes = 0;
  std::int64_t changed_ns = 0;
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};
/// Nothing when there is no such file.
std::optional<FileStamp> stamp_of(const std::string& file);

struct PrivateText {
  WipedText text;
  FileStamp stamp;  ///< taken before reading: who changes the file meanwhile changes it
};
/// Refuses a file that others may read or write, and what is no regular file, a FIFO say, without waiting for it. The fault for a missing
/// file is `FILE is missing`, to which the caller adds the remedy.
Result<PrivateText, FileFault> read_private(const std::string& file);

/// Writes a new file of mode 0600, whole and durable or not at all. Never over an existing one.
Result<void, FileFault> create_private(const std::string& file, std::string_view text);
/// Likewise, of mode 0644: for what everybody may read.
Result<void, FileFault> create_readable(const std::string& file, std::string_view text);
/// All of a regular file of at most `bytes_max` bytes, whoever may read or write it. The fault for a missing file is `FILE is missing`.
Result<std::string, FileFault> read_readable(const std::string& file, std::size_t bytes_max);
/// Likewise, in the place of the existing file, whose owner it keeps; of a symbolic link, in the place of what it points to. Whoever calls
/// it holds the FileLock: what a killed one has left beside the file is removed.
Result<void, FileFault> replace_private(const std::string& file, std::string_view text);

/// Held while a file is read, changed and replaced: two processes that do so at once lose nothing. It is `FILE.lock`, which stays.
class FileLock {
 public:
  /// Waits kLockWait_ms_max at most.
  static Result<FileLock, FileFault> take(const std::string& file);
  FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileLock& operator=(FileLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace dialin::crypto
