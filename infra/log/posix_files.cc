#include "infra/log/posix_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <system_error>
#include <utility>

namespace dialin::log {

bool Errno::no_space() const {
  return code == ENOSPC || code == EDQUOT;
}
std::string Errno::text() const {
  return std::generic_category().message(code);
}

namespace {

Errno last_error() {
  return Errno::of(errno);
}

/// Owns a descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }

 private:
  int number_;
};

class PosixFile : public File {
 public:
  explicit PosixFile(int descriptor) : descriptor_(descriptor) {}

  Result<std::size_t, Errno> read(char* out, std::size_t size, std::uint64_t offset) const override {
    std::size_t done = 0;
    while (done < size) {
      const ssize_t got = ::pread(descriptor_.number(), out + done, size - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return last_error();
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  Result<std::uint64_t, Errno> size() const override {
    struct stat about {};
    if (::fstat(descriptor_.number(), &about) != 0) return last_error();
    return static_cast<std::uint64_t>(about.st_size);
  }

  Errno write(std::string_view bytes, std::uint64_t offset) override {
    while (!bytes.empty()) {
      const ssize_t put = ::pwrite(descriptor_.number(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return last_error();
      if (put == 0) return Errno::of(EIO);
      bytes.remove_prefix(static_cast<std::size_t>(put));
      offset += static_cast<std::uint64_t>(put);
    }
    return {};
  }

  // Not repeated on EINTR: what a second call says after a first that failed cannot be believed.
  Errno sync() override { return ::fdatasync(descriptor_.number()) == 0 ? Errno{} : last_error(); }

  Errno reserve(std::uint64_t size) override {
    for (;;) {
      if (::fallocate(descriptor_.number(), 0, 0, static_cast<off_t>(size)) == 0) return {};
      if (errno == EINTR) continue;
      return errno == EOPNOTSUPP ? Errno{} : last_error();
    }
  }

 private:
  Descriptor descriptor_;
};

class PosixLock : public Lock {
 public:
  explicit PosixLock(std::unique_ptr<Descriptor> descriptor) : descriptor_(std::move(descriptor)) {}

 private:
  std::unique_ptr<Descriptor> descriptor_;
};

long pid_in(int descriptor) {
  char text[24];
  const ssize_t got = ::pread(descriptor, text, sizeof text, 0);
  long pid = 0;
  if (got > 0) std::from_chars(text, text + got, pid);
  // Who only reads does not write its own: it may be the last writer's.
  return pid > 0 && ::kill(static_cast<pid_t>(pid), 0) != 0 && errno == ESRCH ? 0 : pid;
}

std::string parent_of(const std::string& path) {
  const std::size_t last = path.find_last_not_of('/');
  const std::size_t slash = last == std::string::npos ? last : path.rfind('/', last);
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Result<std::unique_ptr<File>, Errno> PosixFiles::open(const std::string& path, Mode mode) {
  const int flags = mode == Mode::read ? O_RDONLY : mode == Mode::write ? O_RDWR : O_RDWR | O_CREAT | O_TRUNC;
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0640);
  if (descriptor < 0) return last_error();
  return std::make_unique<PosixFile>(descriptor);
}

Errno PosixFiles::rename(const std::string& from, const std::string& to) {
  return ::rename(from.c_str(), to.c_str()) == 0 ? Errno{} : last_error();
}

Errno PosixFiles::remove(const std::string& path) {
  return ::unlink(path.c_str()) == 0 || errno == ENOENT ? Errno{} : last_error();
}

Errno PosixFiles::make_dir(const std::string& dir) {
  const std::string parent = parent_of(dir);
  struct stat about {};
  if (::stat(dir.c_str(), &about) == 0) {
    if (!S_ISDIR(about.st_mode)) return Errno::of(ENOTDIR);
    // Whoever made it may not have synced it. A parent that may not be opened was not made by us a moment ago either.
    const Errno error = sync_dir(parent);
    return error.code == EACCES ? Errno{} : error;
  }
  if (const Errno error = make_dir(parent); error.failed()) return error;
  if (::mkdir(dir.c_str(), 0750) != 0 && errno != EEXIST) return last_error();
  return sync_dir(parent);
}

Errno PosixFiles::sync_dir(const std::string& dir) {
  const Descriptor descriptor(::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.number() < 0) return last_error();
  return ::fsync(descriptor.number()) == 0 ? Errno{} : last_error();
}

Result<std::vector<std::string>, Errno> PosixFiles::list(const std::string& dir) {
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(dir.c_str()), ::closedir);
  if (!stream) return last_error();
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return last_error();
  return names;
}

Result<std::unique_ptr<Lock>, LockRefused> PosixFiles::lock(const std::string& path) {
  auto descriptor = std::make_unique<Descriptor>(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
  if (descriptor->number() < 0) return LockRefused{last_error(), 0};
  if (::flock(descriptor->number(), LOCK_EX | LOCK_NB) != 0) {
    const Errno error = last_error();
    return LockRefused{error, pid_in(descriptor->number())};
  }
  // The pid is for people only. A disk too full to take it must not keep the owner out: reading works without.
  const std::string pid = std::to_string(::getpid()) + "\n";
  const bool named = ::ftruncate(descriptor->number(), 0) == 0 && ::pwrite(descriptor->number(), pid.data(), pid.size(), 0) > 0;
  if (!named) std::fprintf(stderr, "%s: cannot write the process id: %s\n", path.c_str(), last_error().text().c_str());
  return std::make_unique<PosixLock>(std::move(descriptor));
}

bool PosixFiles::may_be_held(const std::string& path) const {
  const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return descriptor.number() >= 0 && pid_in(descriptor.number()) != 0;
}

Result<std::unique_ptr<Lock>, LockRefused> lock_to_read(const std::string& path) {
  auto descriptor = std::make_unique<Descriptor>(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (descriptor->number() < 0 && errno == ENOENT) return std::unique_ptr<Lock>();
  if (descriptor->number() < 0) return LockRefused{last_error(), 0};
  if (::flock(descriptor->number(), LOCK_SH | LOCK_NB) == 0) return std::make_unique<PosixLock>(std::move(descriptor));
  const Errno error = last_error();
  return LockRefused{error, pid_in(descriptor->number())};
}

}  // namespace dialin::log
