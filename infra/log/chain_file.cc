#include "infra/log/chain_file.h"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "domain/invariant.h"
#include "infra/log/frame.h"

namespace dialin::log {
namespace {

/// Memory that one great group took is not kept.
constexpr std::size_t kBufferKeptBytes = 4 * 1024 * 1024;

/// What is on the disk is unknown from here on: believing anything in memory could lose an answered write. A restart reads the disk.
[[noreturn]] void end_process(const std::string& file, const char* what, Errno error) {
  std::fprintf(stderr, "the log cannot go on: %s: %s: %s; the process ends, so that a restart believes only what is on the disk\n",
               file.c_str(), what, error.text().c_str());
  std::_Exit(3);
}

}  // namespace

ChainFile::ChainFile(FileLayer& files, ChainFileOptions options) : files_(files), options_(std::move(options)) {
  invariant(options_.segment_bytes >= 2 * kSegmentHeadBytes && options_.segment_bytes <= kSegmentBytesMax,
            "a segment's length is within bounds");
}

ChainFile::~ChainFile() {
  stop_marking();
  if (file_) mark();
}

Errno ChainFile::append(std::span<const Record> group) {
  const std::lock_guard lock(mutex_);
  invariant(!group.empty() && group.front().previous == tail_.id && group.front().sequence == tail_.sequence.next(),
            "a group chains behind the tail");
  encode(group);
  // Room for a mark stays, so that the last records of a segment can always be proved durable. A group never crosses into the next
  // segment: what is written and synced as one piece can be taken back as one piece.
  const std::uint64_t least = kSegmentHeadBytes + buffer_.size() + kFrameHeadBytes;
  if (end_ + buffer_.size() + kFrameHeadBytes > size_) {
    if (const Errno error = begin_segment(group.front().sequence, least); error.failed()) return error;
  }
  if (const Errno error = file_->write(buffer_, end_); error.failed()) {
    take_back(buffer_.size());
    return error;
  }
  if (options_.sync_groups) sync("fdatasync of a group");

  for (std::uint32_t& offset : offsets_) offset += static_cast<std::uint32_t>(end_);
  end_ += buffer_.size();
  tail_ = tail_of(group.back());
  if (options_.sync_groups) synced_ = tail_.sequence;
  index_->add(offsets_);
  index_->publish(tail_);
  if (buffer_.capacity() > kBufferKeptBytes) buffer_ = {};
  prepare_next();
  last_append_ = std::chrono::steady_clock::now();
  if (marked_) {
    marked_ = false;
    appended_.notify_one();
  }
  return {};
}

void ChainFile::encode(std::span<const Record> group) {
  buffer_.clear();
  offsets_.clear();
  for (const Record& record : group) {
    offsets_.push_back(static_cast<std::uint32_t>(buffer_.size()));
    append_frame(log_, record, synced_, buffer_);
  }
}

void ChainFile::sync(const char* what) {
  if (const Errno error = file_->sync(); error.failed()) end_process(options_.dir, what, error);
}

/// Durably, before the failure is told: else a crash could bring back a write that its caller was told is not stored.
void ChainFile::take_back(std::size_t size) {
  Errno error = file_->write(std::string(size, '\0'), end_);
  if (!error.failed()) error = file_->sync();
  if (error.failed()) end_process(options_.dir, "taking back a group that could not be written", error);
}

std::uint64_t ChainFile::next_size() const {
  return std::min<std::uint64_t>(options_.segment_bytes, size_ == 0 ? kFirstSegmentBytes : 2 * size_);
}

void ChainFile::prepare_next() {
  if (end_ > size_ / 2) supply_->prepare(next_size());
}

/// Head first, durable, then the name, durable, then the first record: so a file with a segment's name always has its head.
Errno ChainFile::begin_segment(Sequence first, std::uint64_t least) {
  auto made = supply_->take(least, std::max(least, next_size()));
  if (!made) return made.error();
  // The start proves the last segment only: what is before it must be there.
  if (synced_ < tail_.sequence) sync("fdatasync of a segment");
  synced_ = tail_.sequence;
  const SegmentHead head{log_, first, tail_.id, tail_.time, term_, made->size};
  Errno error = made->file->write(head.encode(), 0);
  if (!error.failed()) error = made->file->sync();
  if (!error.failed()) error = files_.rename(supply_->path(), path_in(options_.dir, segment_name(first)));
  if (error.failed()) {
    files_.remove(supply_->path());
    return error;
  }
  error = files_.sync_dir(options_.dir);
  if (error.failed()) end_process(options_.dir, "fsync of the directory after a new segment", error);
  file_ = std::move(made->file);
  size_ = made->size;
  end_ = kSegmentHeadBytes;
  if (index_) index_->begin_segment(first);
  return {};
}

void ChainFile::mark() {
  const std::lock_guard lock(mutex_);
  if (marked_) return;
  // Apart from the mark: of what is written together, a power cut may leave the mark alone.
  if (synced_ < tail_.sequence) sync("fdatasync of a copy");
  synced_ = tail_.sequence;
  buffer_.clear();
  append_mark(log_, synced_, buffer_);
  // A mark that cannot be written is only missed when this segment is damaged later; the next frame goes over it.
  if (const Errno error = file_->write(buffer_, end_); error.failed()) {
    std::fprintf(stderr, "the log's mark cannot be written in %s: %s\n", options_.dir.c_str(), error.text().c_str());
  } else {
    sync("fdatasync of a mark");
    end_ += buffer_.size();
  }
  marked_ = true;
}

void ChainFile::mark_when_idle() {
  pthread_setname_np(pthread_self(), "marks");
  std::unique_lock lock(mutex_);
  for (;;) {
    appended_.wait(lock, [this] { return stopping_ || !marked_; });
    if (stopping_) return;
    const auto due = last_append_ + options_.idle;
    if (std::chrono::steady_clock::now() < due) {
      appended_.wait_until(lock, due);
      continue;
    }
    lock.unlock();
    mark();
    lock.lock();
  }
}

void ChainFile::stop_marking() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  appended_.notify_all();
  if (marker_.joinable()) marker_.join();
}

}  // namespace dialin::log
