#pragma once
// A log from one end to the other, each record proved: what every audit command stands on. Over a directory (a log's own, or a Kafka node's
// copy), without a lock and without writing, beside a running server or without one; over a topic, infra/log/kafka/topic_walk.h. One
// thread.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "domain/chain.h"
#include "domain/record.h"
#include "domain/result.h"
#include "infra/log/file_layer.h"
#include "infra/log/open_failure.h"

namespace dialin::log {

/// Where a record stands.
struct Place {
  Sequence segment;      ///< the first one of its segment; 0: in a topic
  std::uint64_t at = 0;  ///< byte in the segment, or offset in the topic

  /// `00000000000000000001.segment, byte 4711`, or `offset 4711`.
  std::string text() const;
};

class LogWalk {
 public:
  enum class Step : std::uint8_t {
    record,  ///< the next one is in `out`
    end,     ///< all that is there now was given. More may come: ask again
    fault,   ///< fault() says what is wrong; final
  };
  struct Fault {
    std::string text;         ///< the record that fails, its place and what is wrong: one line
    bool unreadable = false;  ///< the disk or Kafka failed; the record itself may be sound
    // The same one by one, when it is a record that fails.
    Sequence sequence = {};
    std::string place = {};
    std::string what = {};
  };

  virtual ~LogWalk() = default;

  virtual LogId log() const = 0;
  /// Proves hash and link, gapless sequence, increasing time, and that the first record alone founds the log.
  virtual Step next(Record& out) = 0;
  virtual const Fault& fault() const = 0;
  /// Where the record given last stands.
  virtual Place place() const = 0;
  /// The record given last, or what is before the first one given.
  virtual const Tail& tail() const = 0;

  /// Of what was there when the walk began, how much was read: 0 to 1. For progress.
  virtual double share_read() const = 0;
  /// Records of the topic that are none of the chain; none in a directory.
  virtual std::uint64_t strays() const { return 0; }
  /// After Step::end: what shows that the log was longer or another, although what was given is sound. Nothing: there is no sign of it. Of
  /// a directory there is none but what others know of its end.
  virtual std::optional<std::string> loss() const { return std::nullopt; }
  /// After Step::end, in a directory: behind the last record stands a write that was never answered. A server is at it, or died at it.
  virtual bool is_unfinished() const { return false; }
  /// After Step::end: false when there is nothing more for certain. Cheaper than to ask for it.
  virtual bool may_go_on() { return true; }
};

/// Fails when there is no log in `dir`. `after`: begins behind that record, which is then believed; 0: with the first one. `last`: ends
/// with that record at the latest, whatever is written behind it; but damage right behind it is found.
Result<std::unique_ptr<LogWalk>, OpenFailure> walk_directory(FileLayer& files, const std::string& dir, Sequence after,
                                                             std::optional<Sequence> last = std::nullopt);

}  // namespace dialin::log
