#include "infra/log/segment_supply.h"

#include <pthread.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "infra/log/segment.h"

namespace dialin::log {
namespace {

constexpr std::size_t kPieceBytes = 256 * 1024;
/// Synced so often that the writer's own syncs never wait behind a long queue of zeros.
constexpr std::uint64_t kSyncEveryBytes = 4 * 1024 * 1024;

}  // namespace

SegmentSupply::SegmentSupply(FileLayer& files, std::string dir, Filling filling)
    : files_(files), dir_(std::move(dir)), filling_(filling), thread_([this] { run(); }) {}

SegmentSupply::~SegmentSupply() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
  stock_.reset();
  files_.remove(path());
}

std::string SegmentSupply::path() const {
  return path_in(dir_, kName);
}

void SegmentSupply::prepare(std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  if (stock_ || wanted_ != 0) return;
  wanted_ = size;
  changed_.notify_all();
}

Result<SegmentSupply::Prepared, Errno> SegmentSupply::take(std::uint64_t least, std::uint64_t size) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return wanted_ == 0; });
  std::optional<Prepared> stock = std::exchange(stock_, std::nullopt);
  if (stock && stock->size >= least) return std::move(*stock);
  stock.reset();
  auto made = make(size);
  // When there is no room for a whole one a short one will do.
  const std::uint64_t shorter = std::max<std::uint64_t>(least, kFirstSegmentBytes);
  if (!made && made.error().no_space() && shorter < size) made = make(shorter);
  return made;
}

void SegmentSupply::run() {
  pthread_setname_np(pthread_self(), "segments");
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || wanted_ != 0; });
    if (stopping_) return;
    const std::uint64_t size = wanted_;
    lock.unlock();
    auto made = make(size);
    lock.lock();
    // A failure is not kept: take() tries again, when it matters, and reports what it then meets.
    if (made) stock_ = std::move(*made);
    wanted_ = 0;
    changed_.notify_all();
  }
}

Result<SegmentSupply::Prepared, Errno> SegmentSupply::make(std::uint64_t size) {
  auto file = files_.open(path(), FileLayer::Mode::create);
  if (!file) return file.error();
  if (const Errno error = fill(**file, size); error.failed()) {
    file->reset();
    files_.remove(path());
    return error;
  }
  return Prepared{std::move(*file), size};
}

Errno SegmentSupply::fill(File& file, std::uint64_t size) {
  if (const Errno error = file.reserve(size); error.failed()) return error;
  // Its length it has from its beginning, also where the file system promises nothing.
  if (filling_ == Filling::room) return file.write(std::string_view("\0", 1), size - 1);
  const std::string zeros(kPieceBytes, '\0');
  for (std::uint64_t done = 0, synced = 0; done < size;) {
    const std::size_t piece = static_cast<std::size_t>(std::min<std::uint64_t>(kPieceBytes, size - done));
    if (const Errno error = file.write(std::string_view(zeros).substr(0, piece), done); error.failed()) return error;
    done += piece;
    if (done - synced < kSyncEveryBytes && done < size) continue;
    if (const Errno error = file.sync(); error.failed()) return error;
    synced = done;
  }
  return {};
}

}  // namespace dialin::log
