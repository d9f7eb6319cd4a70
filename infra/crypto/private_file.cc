#include "infra/crypto/private_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>

namespace dialin::crypto {
namespace {

constexpr mode_t kOwnerOnly = 0600;
constexpr mode_t kReadable = 0644;
constexpr mode_t kOthers = 0077;
constexpr std::chrono::milliseconds kLockRetry{20};

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

/// The fault of a system call that has just failed.
FileFault failed(const std::string& file, std::string_view doing) {
  const int error = errno;
  const FaultCode code = error == ENOENT ? FaultCode::missing : FaultCode::failed;
  return {code, file + ": " + std::string(doing) + " failed: " + std::generic_category().message(error)};
}

FileStamp stamp_of(const struct stat& status) {
  return {
      .inode = status.st_ino, .size_bytes = status.st_size, .changed_ns = status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec};
}

Result<void, FileFault> write_all(int descriptor, const std::string& file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed(file, "writing");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(descriptor) != 0) return failed(file, "syncing");
  return {};
}

struct OpenedFile {
  Descriptor descriptor;
  struct stat status;
};
Result<OpenedFile, FileFault> open_to_read(const std::string& file, std::size_t bytes_max) {
  // O_NONBLOCK, because opening a FIFO waits for one that writes, and there may never be one; to a regular file it means nothing.
  OpenedFile opened{Descriptor(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)), {}};
  if (opened.descriptor.number() < 0) {
    if (errno == ENOENT) return FileFault{FaultCode::missing, file + " is missing"};
    return failed(file, "opening");
  }
  if (::fstat(opened.descriptor.number(), &opened.status) != 0) return failed(file, "looking at it");
  if (!S_ISREG(opened.status.st_mode)) return FileFault{FaultCode::failed, file + " is not a regular file"};
  if (opened.status.st_size > static_cast<off_t>(bytes_max)) {
    return FileFault{FaultCode::damaged, file + " is larger than " + std::to_string(bytes_max) + " bytes"};
  }
  return opened;
}

Result<std::string, FileFault> read_all(const OpenedFile& opened, const std::string& file) {
  std::string bytes(static_cast<std::size_t>(opened.status.st_size), '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::read(opened.descriptor.number(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(file, "reading");
    if (got == 0) break;  // cut meanwhile: what is left is judged as it is, and the stamp no longer fits
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

/// A rename is durable once its directory is.
Result<void, FileFault> sync_directory_of(const std::string& file) {
  const auto directory = std::filesystem::path(file).parent_path();
  const Descriptor opened(::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.number() < 0 || ::fsync(opened.number()) != 0) return failed(file, "syncing its directory");
  return {};
}

std::string target_of(const std::string& file) {
  std::error_code error;
  const auto target = std::filesystem::canonical(file, error);
  return error ? file : target.string();
}

constexpr std::string_view kBeside = ".new.";

/// Whether `name` is one that put() gives: what somebody else has put beside a ring may be its only copy.
bool is_left_beside(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix) || name.size() == prefix.size()) return false;
  name.remove_prefix(prefix.size());
  return std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// What a process that was killed while it wrote has left: secrets, too. Only of use to who holds the lock.
void remove_left_beside(const std::string& file) {
  const std::filesystem::path path(file);
  const std::string prefix = path.filename().string().append(kBeside);
  std::error_code error;
  const auto directory = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  for (std::filesystem::directory_iterator each(directory, error), end; !error && each != end; each.increment(error)) {
    if (is_left_beside(each->path().filename().string(), prefix)) ::unlink(each->path().c_str());
  }
}

/// Writes `text` to a file beside `file`, which is then renamed to it. `flags` are renameat2's.
Result<void, FileFault> put(const std::string& file, std::string_view text, mode_t mode, unsigned flags, const struct stat* owner) {
  if (text.size() > kPrivateFileBytes_max) {
    return FileFault{FaultCode::invalid, file + " would grow beyond " + std::to_string(kPrivateFileBytes_max) + " bytes"};
  }
  // Whoever comes here holds the lock, or creates: the process id is name enough.
  const std::string beside = file + std::string(kBeside) + std::to_string(::getpid());
  ::unlink(beside.c_str());
  const Descriptor created(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (created.number() < 0) return failed(file, "making it");
  auto done = write_all(created.number(), file, text);
  if (done && owner != nullptr && owner->st_uid != ::geteuid() && ::fchown(created.number(), owner->st_uid, owner->st_gid) != 0) {
    done = failed(file, "keeping its owner");
  }
  if (done && ::renameat2(AT_FDCWD, beside.c_str(), AT_FDCWD, file.c_str(), flags) != 0) {
    done = errno == EEXIST ? FileFault{FaultCode::exists, file + " exists already and is left as it is"} : failed(file, "renaming");
  }
  if (!done) {
    ::unlink(beside.c_str());
    return done;
  }
  return sync_directory_of(file);
}

}  // namespace

std::optional<FileStamp> stamp_of(const std::string& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return std::nullopt;
  return stamp_of(status);
}

Result<PrivateText, FileFault> read_private(const std::string& file) {
  const auto opened = open_to_read(file, kPrivateFileBytes_max);
  if (!opened) return opened.error();
  if ((opened->status.st_mode & kOthers) != 0) {
    return FileFault{FaultCode::not_private, file + " may be read or written by others than its owner: `chmod 600 " + file + "`"};
  }
  auto bytes = read_all(*opened, file);
  if (!bytes) return bytes.error();
  return PrivateText{WipedText(std::move(*bytes)), stamp_of(opened->status)};
}

Result<std::string, FileFault> read_readable(const std::string& file, std::size_t bytes_max) {
  const auto opened = open_to_read(file, bytes_max);
  if (!opened) return opened.error();
  return read_all(*opened, file);
}

Result<void, FileFault> create_private(const std::string& file, std::string_view text) {
  return put(file, text, kOwnerOnly, RENAME_NOREPLACE, nullptr);
}

Result<void, FileFault> create_readable(const std::string& file, std::string_view text) {
  return put(file, text, kReadable, RENAME_NOREPLACE, nullptr);
}

Result<void, FileFault> replace_private(const std::string& file, std::string_view text) {
  const std::string target = target_of(file);
  struct stat status {};
  if (::stat(target.c_str(), &status) != 0) return failed(file, "looking at it");
  remove_left_beside(target);
  return put(target, text, kOwnerOnly, 0, &status);
}

Result<FileLock, FileFault> FileLock::take(const std::string& file) {
  const std::string name = target_of(file) + ".lock";
  Descriptor opened(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnly));
  if (opened.number() < 0) return failed(name, "opening");
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(kLockWait_ms_max);
  while (::flock(opened.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) return failed(name, "locking");
    if (std::chrono::steady_clock::now() > until) {
      return FileFault{FaultCode::busy,
                       file + " is being changed by another process, which holds " + name + ": try again when it has ended"};
    }
    std::this_thread::sleep_for(kLockRetry);
  }
  return FileLock(opened.release());
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace dialin::crypto
