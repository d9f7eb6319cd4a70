#include "infra/log/chain_index.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "domain/invariant.h"
#include "infra/log/frame.h"
#include "infra/log/little_endian.h"
#include "infra/log/segment_scan.h"

namespace dialin::log {

ChainIndex::ChainIndex(FileLayer& files, Access access, std::string dir, LogId log, std::vector<Sequence> firsts)
    : files_(files), access_(access), dir_(std::move(dir)), log_(log), open_(files), firsts_(std::move(firsts)) {
  invariant(!firsts_.empty() && firsts_.front() == Sequence{1}, "a chain begins with record 1");
}

void ChainIndex::begin_segment(Sequence first) {
  std::unique_lock lock(mutex_);
  const Sequence complete = firsts_.back();
  invariant(first.value == complete.value + offsets_.size(), "segments follow each other");
  firsts_.push_back(first);
  const std::vector<std::uint32_t> offsets = std::exchange(offsets_, {});
  lock.unlock();
  write_index(complete, offsets);
}

void ChainIndex::add(std::span<const std::uint32_t> offsets) {
  const std::lock_guard lock(mutex_);
  offsets_.insert(offsets_.end(), offsets.begin(), offsets.end());
}

void ChainIndex::publish(const Tail& tail) {
  const std::lock_guard lock(mutex_);
  invariant(tail.sequence.value < firsts_.back().value + offsets_.size(), "only what was written is published");
  tail_ = tail;
  readable_.store(tail.sequence.value, std::memory_order_release);
}

Tail ChainIndex::tail() const {
  const std::lock_guard lock(mutex_);
  return tail_;
}

Sequence ChainIndex::segment_of(Sequence sequence) const {
  const std::lock_guard lock(mutex_);
  return *(std::upper_bound(firsts_.begin(), firsts_.end(), sequence) - 1);
}

Sequence ChainIndex::end_of(Sequence segment) const {
  const std::lock_guard lock(mutex_);
  const auto behind = std::upper_bound(firsts_.begin(), firsts_.end(), segment);
  return behind == firsts_.end() ? Sequence{std::numeric_limits<std::uint64_t>::max()} : *behind;
}

std::optional<std::uint32_t> ChainIndex::offset_in_memory(Sequence sequence) const {
  const std::lock_guard lock(mutex_);
  if (sequence < firsts_.back()) return std::nullopt;
  return offsets_.at(sequence.value - firsts_.back().value);
}

std::optional<std::uint32_t> ChainIndex::offset_in_file(Sequence segment, Sequence sequence) const {
  const auto file = open_.get(path_in(dir_, index_name(segment)));
  if (!file) return std::nullopt;
  std::array<char, 4> bytes;
  const auto got = (*file)->read(bytes.data(), bytes.size(), (sequence.value - segment.value) * bytes.size());
  if (!got || *got < bytes.size()) return std::nullopt;
  return get<std::uint32_t>(bytes.data());
}

bool ChainIndex::begins(const File& file, std::uint64_t offset, Sequence sequence) const {
  std::array<char, kFrameSequenceAt + 8> bytes;
  const auto got = file.read(bytes.data(), bytes.size(), offset);
  if (!got || *got < bytes.size()) return false;
  const auto head = read_head(log_, bytes.data());
  return head && head->length != 0 && get<std::uint64_t>(bytes.data() + kFrameSequenceAt) == sequence.value;
}

Result<ChainIndex::Place, Fault> ChainIndex::place_of(Sequence sequence) const {
  const Sequence segment = segment_of(sequence);
  auto file = open_.get(path_in(dir_, segment_name(segment)));
  if (!file) return Fault{sequence, segment_name(segment), 0, "the segment cannot be opened: " + file.error().text(), true};
  if (const auto offset = offset_in_memory(sequence)) return Place{segment, std::move(*file), *offset};
  if (const auto offset = offset_in_file(segment, sequence); offset && begins(**file, *offset, sequence)) {
    return Place{segment, std::move(*file), *offset};
  }
  const auto offset = offset_by_scan(segment, sequence);
  if (!offset) return offset.error();
  return Place{segment, std::move(*file), *offset};
}

Result<std::uint32_t, Fault> ChainIndex::offset_by_scan(Sequence segment, Sequence sequence) const {
  const std::lock_guard lock(scan_mutex_);
  const std::size_t nth = sequence.value - segment.value;
  if (scanned_ == segment && nth < scanned_offsets_.size()) return scanned_offsets_[nth];
  auto opened = open_segment(files_, dir_, segment);
  if (!opened) return opened.error();
  SegmentScan scan(std::move(*opened));
  scanned_ = segment;
  scanned_offsets_.clear();
  for (Record record; scan.next(record);) scanned_offsets_.push_back(static_cast<std::uint32_t>(scan.record_offset()));
  if (nth >= scanned_offsets_.size()) {
    const std::string what = scan.broken().empty() ? "it is missing: nothing is written here" : scan.broken();
    return Fault{scan.tail().sequence.next(), segment_name(segment), scan.offset(), what, scan.unreadable()};
  }
  write_index(segment, scanned_offsets_);
  return scanned_offsets_[nth];
}

void ChainIndex::write_index(Sequence segment, const std::vector<std::uint32_t>& offsets) const {
  if (access_ == Access::read) return;
  // Not synced, and a failure is no loss: whoever needs it finds it short and scans.
  const std::string path = path_in(dir_, index_name(segment));
  open_.forget(path);
  const auto file = files_.open(path, FileLayer::Mode::create);
  if (!file) return;
  const std::string_view bytes(reinterpret_cast<const char*>(offsets.data()), offsets.size() * sizeof(std::uint32_t));
  if ((*file)->write(bytes, 0).failed()) files_.remove(path);
}

Result<Record, LogError> ChainIndex::at(Sequence sequence) const {
  if (sequence.value == 0 || sequence > readable()) return LogError::not_found;
  const auto place = place_of(sequence);
  if (!place) return place.error().unreadable ? LogError::unavailable : LogError::poison;
  // Most records fit into the first read.
  constexpr std::size_t kFirstReadBytes = 4096;
  std::string bytes(kFirstReadBytes, '\0');
  auto got = place->file->read(bytes.data(), bytes.size(), place->offset);
  if (!got) return LogError::unavailable;
  const auto head = *got < kFrameHeadBytes ? std::nullopt : read_head(log_, bytes.data());
  if (!head || head->length == 0) return LogError::poison;
  const std::size_t size = kFrameHeadBytes + head->length;
  if (size > *got) {
    bytes.resize(size);
    const auto more = place->file->read(bytes.data() + *got, size - *got, place->offset + *got);
    if (!more) return LogError::unavailable;
    if (*more < size - *got) return LogError::poison;
  }
  Record record;
  if (!decode_record(std::string_view(bytes).substr(kFrameHeadBytes, head->length), record)) return LogError::poison;
  if (record.sequence != sequence || record.id != chain_id(record)) return LogError::poison;
  return record;
}

}  // namespace dialin::log
