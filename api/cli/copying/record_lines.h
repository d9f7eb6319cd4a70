#pragma once
// The chain as `dialin export` writes it, read from a file descriptor: each record is proved by its own hash and by the line before, and
// what it says is decoded. Does so on a thread of its own, a few groups ahead of whoever takes them.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "domain/chain.h"
#include "domain/codec.h"
#include "domain/event.h"
#include "domain/record.h"

namespace dialin::cli {

class RecordLines {
 public:
  /// `descriptor` stays the caller's; `codec` must outlive it.
  RecordLines(int descriptor, const Codec& codec);
  ~RecordLines();

  struct Group {
    std::uint64_t first_line = 1;  ///< of its first record; the others follow line by line
    std::vector<Record> records;
    std::vector<std::optional<Event>> events;  ///< of each record; nothing: it is of the log itself, or of a type that is not known
  };
  /// The next records, at least one; none: at the end, or before a line that is wrong. Waits for them.
  Group next();
  /// After the last group: what is wrong with the line behind it, `line 7: …`, or why nothing more can be read. Nothing: it was the end.
  const std::optional<std::string>& fault() const { return fault_; }
  /// Of what was taken so far.
  std::uint64_t bytes() const { return bytes_; }

 private:
  struct Piece : Group {
    std::uint64_t bytes = 0;
    std::optional<std::string> fault;  ///< behind the records
    bool is_last = false;
  };
  void run();
  std::string take(Record record, Group& group) const;
  bool put(Piece piece);

  const int descriptor_;
  const Codec& codec_;
  std::optional<std::string> fault_;
  std::uint64_t bytes_ = 0;
  bool ended_ = false;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Piece> ready_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace dialin::cli
