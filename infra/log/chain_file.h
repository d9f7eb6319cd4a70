#pragma once
// The chain file: a chain of records in a directory of segments, appended to by one thread, read by all (through index()). Every node keeps
// its chain in one. It makes no records and knows no JSON: what it is given must chain. Format: docs/log_format.md.
//
// Owns two threads: one makes segments ahead, one writes the mark that says "all before this is durable" when nothing was appended for a
// while. An fdatasync that fails, or a failed write that cannot be taken back, ends the process (exit status 3): what is on the disk is
// then unknown.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "infra/log/chain_index.h"
#include "infra/log/open_failure.h"
#include "infra/log/segment_supply.h"

namespace dialin::log {

struct ChainFileOptions {
  std::string dir;
  std::size_t segment_bytes = 0;
  std::chrono::milliseconds idle{50};  ///< without an append, before the mark is written
  /// False: a copy of what is durable elsewhere. A group is synced before the next mark or the next segment, and until then no frame says
  /// that it is durable; after a crash the rest is cut.
  bool sync_groups = true;
  SegmentSupply::Filling filling = SegmentSupply::Filling::zeros;  ///< of segments, ahead
};

class ChainFile {
 public:
  /// Is there a chain in `dir`, even an empty one?
  static Result<bool, OpenFailure> exists(FileLayer& files, const std::string& dir);
  /// Begins an empty chain in `dir`, which must be there and hold none.
  static Result<std::unique_ptr<ChainFile>, OpenFailure> create(FileLayer& files, const ChainFileOptions& options, const LogId& log);
  /// Proves the last segment, record by record, shows each to `seen`, and makes them durable. Changes no byte of any segment.
  using Seen = std::function<void(const Record&)>;
  static Result<std::unique_ptr<ChainFile>, OpenFailure> open(FileLayer& files, const ChainFileOptions& options, const Seen& seen);

  ~ChainFile();  ///< writes the mark

  /// Before the first append to a chain that was opened, once: zeros go over what a crash left behind the last record, and the next segment
  /// is made ahead. True when something was cut.
  Result<bool, OpenFailure> prepare_to_append();

  /// Makes the group durable (but see sync_groups), all of it or nothing: after a failure no part of it can ever be read. The records
  /// chain behind tail(). One thread.
  Errno append(std::span<const Record> group);

  const ChainIndex& index() const { return *index_; }
  /// The last term opened, as the heads of later segments will say it.
  std::uint64_t term() const { return term_; }
  /// Appending thread.
  void set_term(std::uint64_t term) { term_ = term; }

 private:
  ChainFile(FileLayer& files, ChainFileOptions options);
  Result<void, OpenFailure> open_last(const Seen& seen);

  Errno begin_segment(Sequence first, std::uint64_t least);
  void sync(const char* what);
  void encode(std::span<const Record> group);
  void take_back(std::size_t size);
  void prepare_next();
  std::uint64_t next_size() const;
  void mark();
  void mark_when_idle();
  void stop_marking();

  FileLayer& files_;
  const ChainFileOptions options_;
  LogId log_;
  std::unique_ptr<ChainIndex> index_;
  std::unique_ptr<SegmentSupply> supply_;
  std::uint64_t term_ = 0;
  bool unfinished_ = false;  ///< bytes that are no frame stand behind the last record

  /// Of appending and marking: they write to the same place.
  std::mutex mutex_;
  std::unique_ptr<File> file_;  ///< the last segment
  std::uint64_t size_ = 0;      ///< of file_
  std::uint64_t end_ = 0;       ///< where the next frame goes
  Tail tail_;
  Sequence synced_;  ///< up to here all is durable, which is what frames say
  std::string buffer_;
  std::vector<std::uint32_t> offsets_;

  std::condition_variable appended_;
  std::chrono::steady_clock::time_point last_append_;
  bool marked_ = true;  ///< nothing was appended since the last mark
  bool stopping_ = false;
  std::thread marker_;
};

}  // namespace dialin::log
