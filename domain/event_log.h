#pragma once
// Port: the log, the one source of truth. Two homes (embedded file, Kafka), one contract suite (tests/contract/event_log_suite.h).
//
// One thread, the writer's, appends; any thread reads. A log of one process is open from construction on: whoever holds it for writing
// holds the lead, the `opened` record is on the chain, and a half move that was found at the end has been completed. A log that is shared
// comes to that point later, or never, and may lose the lead at any time: leads() tells.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "domain/chain.h"
#include "domain/record.h"
#include "domain/result.h"

namespace dialin {

enum class LogError : std::uint8_t {
  no_space,     ///< the disk is full; nothing of the group is stored
  unavailable,  ///< cannot be reached or is not led from here; nothing of the group is stored
  unknown,      ///< the answer was lost: the group may or may not be stored. Decided later by what the chain holds
  poison,       ///< a record on the chain is wrong: see RecordReader::fault()
  partly,       ///< a beginning of the group is stored and the rest never will be: at() tells which
  not_found,    ///< no such sequence (yet)
};

/// Reads records in order. One thread at a time.
class RecordReader {
 public:
  enum class Next : std::uint8_t {
    record,  ///< the next one is in `out`
    end,     ///< nothing more now; ask again later and it goes on
    fault,   ///< what comes next is not a record of the chain; fault() says so; final
  };
  virtual ~RecordReader() = default;
  virtual Next next(Record& out) = 0;
  /// After Next::fault: sequence, place in the store, and what is wrong, as a sentence.
  virtual std::string fault() const = 0;
};

class EventLog {
 public:
  virtual ~EventLog() = default;

  virtual LogId id() const = 0;
  /// The last record that is durable. Any thread.
  virtual Tail tail() const = 0;

  /// Called once per append, in order, possibly before append() returns, possibly on another thread.
  using Appended = std::function<void(Result<Tail, LogError>)>;
  /// Appends `group` (at least one record, at most kGroupRecordsMax) behind all that was appended before, durable or in flight. Type,
  /// tenant, config, time and value are the caller's; sequence, previous and id are set here, in place, before this returns. Nothing after
  /// a failed group is stored either, until the caller has seen the failure: every group in flight behind it fails, too. The first record's
  /// `previous` comes in as the id of the end() that the group was decided on. A log that calls back on another thread fails the group
  /// (unavailable) when its end has become another: so nobody builds on a failure that is still on its way to the caller.
  virtual void append(std::vector<Record>& group, Appended done) = 0;

  /// Where the next append starts: the tail with what is in flight. Writer's thread.
  virtual Tail end() const = 0;

  /// From `from` on (at least 1). The reader must not outlive the log. Any thread.
  virtual std::unique_ptr<RecordReader> read(Sequence from) const = 0;
  /// One record. Any thread. Its hash is checked.
  virtual Result<Record, LogError> at(Sequence sequence) const = 0;

  /// Asks the log itself for its end, for a linearizable read. Called back once, on any thread.
  using Confirmed = std::function<void(Result<Sequence, LogError>)>;
  virtual void confirm_end(Confirmed done) const = 0;

  /// Whether other processes append to it, too. Then tail() grows by itself, append() answers `unavailable` while another leads, and what
  /// is known here of the present is true only when confirm_end() was asked afterwards and brought nothing new.
  virtual bool is_shared() const { return false; }
  /// Whether append() is taken now. Any thread. One that is not shared and does not lead never will: it is only read.
  virtual bool leads() const { return true; }
  /// `grown` is called, on any thread, whenever tail() has grown by what was not appended here. Must not block. Once, before the first
  /// append.
  virtual void follow(std::function<void()> grown) { (void)grown; }
};

constexpr std::size_t kGroupRecordsMax = 1024;

}  // namespace dialin
