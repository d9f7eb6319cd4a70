#pragma once
// What the strays of a topic say about the chain. By the chain rule a chain that lost a record is a shorter chain, and all that stood
// behind the gap are strays. But strays that nodes leave are of few kinds, and what is of none of them tells that the topic was changed.
// Pure; one thread.
//
// A node leaves a whole record as a stray only when
//   - another node took the lead first: the record builds on one of the chain, in whose place an `opened` stands there, or it is itself an
//     `opened` (or the founding) that came second;
//   - it was behind such a one in the same pipeline: it builds on a stray of these kinds;
//   - it is on the chain, too: sent twice, or put there again;
//   - the record before it was lost in flight. Its node opens the log again, so the chain goes on behind it.
// An `opened` always builds on a record of the chain: its node had read up to there.

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "infra/log/kafka/protocol.h"

namespace dialin::log::kafka {

class StrayAccount {
 public:
  /// Each record of the chain, in order.
  void join(const Record& record);
  /// Any other, where it was found. `log`: the one that is read; nothing as long as its first record was not found.
  void stray(const FoundRecord& found, const std::optional<LogId>& log);

  /// How many there were; marks of nodes that asked for the end are none.
  std::uint64_t count() const { return count_; }
  /// At the topic's end: why the chain that was read cannot be all that was on it. Nothing: no stray says so.
  std::optional<std::string> loss() const;

 private:
  enum class Kind : std::uint8_t { usual, orphan, breach };
  Kind kind_of(const Record& record) const;
  bool is_on_chain(Sequence sequence, const RecordId& id) const;

  /// Of each record of the chain the first bytes of its id, by sequence: 8 bytes for each, so that a log of 100 million takes 800 MB.
  std::vector<std::uint64_t> chain_{0};
  std::unordered_set<std::uint64_t> openings_;  ///< sequences of records that begin a lead
  std::unordered_set<std::uint64_t> usual_;     ///< strays that others may build on
  std::uint64_t count_ = 0;
  std::uint64_t behind_ = 0;  ///< orphans since the last record of the chain
  std::string first_behind_;  ///< of them
  std::string breach_;        ///< the first
};

}  // namespace dialin::log::kafka
