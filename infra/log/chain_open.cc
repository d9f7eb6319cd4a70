// Opening a chain file: what is proved, cut and made durable before the first append.

#include <algorithm>
#include <utility>

#include "infra/log/chain_file.h"
#include "infra/log/chain_scan.h"
#include "infra/log/frame.h"

namespace dialin::log {

Result<bool, OpenFailure> ChainFile::exists(FileLayer& files, const std::string& dir) {
  const auto names = files.list(dir);
  if (!names) return open_failure(dir + " cannot be read", names.error());
  const auto ends_with = [&](std::string_view suffix) {
    return std::any_of(names->begin(), names->end(), [&](const std::string& name) { return name.ends_with(suffix); });
  };
  if (ends_with(".segment")) return true;
  // A log whose segments are gone must not turn into an empty one.
  if (ends_with(".index")) return OpenFailure{OpenError::poison, dir + " holds the index of a log, but no segment of it"};
  return false;
}

Result<std::unique_ptr<ChainFile>, OpenFailure> ChainFile::create(FileLayer& files, const ChainFileOptions& options, const LogId& log) {
  std::unique_ptr<ChainFile> chain(new ChainFile(files, options));
  chain->log_ = log;
  chain->supply_ = std::make_unique<SegmentSupply>(files, options.dir, options.filling);
  const Errno error = chain->begin_segment({1}, 2 * kSegmentHeadBytes);
  if (error.failed()) return open_failure("the first segment cannot be made in " + options.dir, error);
  chain->index_ = std::make_unique<ChainIndex>(files, ChainIndex::Access::read_write, options.dir, log, std::vector{Sequence{1}});
  chain->marker_ = std::thread([raw = chain.get()] { raw->mark_when_idle(); });
  return chain;
}

Result<std::unique_ptr<ChainFile>, OpenFailure> ChainFile::open(FileLayer& files, const ChainFileOptions& options, const Seen& seen) {
  std::unique_ptr<ChainFile> chain(new ChainFile(files, options));
  // One that was in stock, or in the making, when the process ended: it may have a head already.
  const std::string left_over = path_in(options.dir, SegmentSupply::kName);
  if (const Errno error = files.remove(left_over); error.failed()) return open_failure(left_over + " cannot be removed", error);
  if (auto opened = chain->open_last(seen); !opened) return std::move(opened).error();
  chain->supply_ = std::make_unique<SegmentSupply>(files, options.dir, options.filling);
  chain->marker_ = std::thread([raw = chain.get()] { raw->mark_when_idle(); });
  return chain;
}

Result<void, OpenFailure> ChainFile::open_last(const Seen& seen) {
  auto scan = ChainScan::begin(files_, options_.dir, ChainScan::From::last);
  if (!scan) return open_failure(scan.error());
  const SegmentHead& head = scan->segment().head();
  log_ = head.log;
  term_ = head.term;
  index_ = std::make_unique<ChainIndex>(files_, ChainIndex::Access::read_write, options_.dir, log_, scan->segments());
  Record record;
  ChainScan::Step step;
  while ((step = scan->next(record)) == ChainScan::Step::record) {
    offsets_.push_back(static_cast<std::uint32_t>(scan->segment().record_offset()));
    seen(record);
  }
  if (step == ChainScan::Step::fault) return open_failure(scan->fault());

  const std::string path = path_in(options_.dir, segment_name(head.first));
  auto file = files_.open(path, FileLayer::Mode::write);
  if (!file) return open_failure(path + " cannot be opened", file.error());
  const auto size = (*file)->size();
  if (!size) return open_failure(path + " cannot be read", size.error());
  file_ = std::move(*file);
  size_ = *size;
  end_ = scan->segment().offset();
  tail_ = scan->tail();
  unfinished_ = scan->unfinished();
  // Records that only the page cache holds were found as well as durable ones. From here on all of them count.
  if (const Errno error = file_->sync(); error.failed()) return open_failure(path + " cannot be synced", error);
  if (const Errno error = files_.sync_dir(options_.dir); error.failed()) return open_failure(options_.dir + " cannot be synced", error);
  synced_ = tail_.sequence;
  index_->add(offsets_);
  index_->publish(tail_);
  return {};
}

/// Zeros, not a shorter file: the room stays, and it stays as fast to write.
Result<bool, OpenFailure> ChainFile::prepare_to_append() {
  prepare_next();
  if (!unfinished_) return false;
  const auto cannot = [](Errno error) { return open_failure("the unfinished write at the end of the log cannot be cut", error); };
  const std::string zeros(256 * 1024, '\0');
  for (std::uint64_t at = end_; at < size_; at += zeros.size()) {
    const std::size_t piece = static_cast<std::size_t>(std::min<std::uint64_t>(zeros.size(), size_ - at));
    if (const Errno error = file_->write(std::string_view(zeros).substr(0, piece), at); error.failed()) return cannot(error);
  }
  if (const Errno error = file_->sync(); error.failed()) return cannot(error);
  unfinished_ = false;
  return true;
}

}  // namespace dialin::log
