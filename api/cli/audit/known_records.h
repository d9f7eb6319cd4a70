#pragma once
// What is known of a log from outside of it, so that `verify` can tell that its end is gone, or was written anew: a chain that lost its
// last records is still a chain, and so is one that was chained again from some record on. Main thread.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/cli/audit/checkpoint_file.h"
#include "domain/chain.h"
#include "domain/record.h"

namespace dialin::cli {

class KnownRecords {
 public:
  /// `expected`: `SEQUENCE:ID`. False when it is not that.
  bool expect(std::string_view expected);
  /// What the checkpoints of `file` say.
  void expect(const std::vector<KeptCheckpoint>& checkpoints, const std::string& file);
  /// The record at which the views in DATA/views stood when they were last flushed, if there are any. Read before the log is: a running
  /// server moves both. Throws StoreFailure when they cannot be read.
  void expect_what_views_hold(const std::string& data);

  /// Called with each record, in order.
  void see(const Record& record);
  /// After the last one: what is wrong with a log of this id and head, as a sentence; nothing when all that is known is there. The first
  /// record that is missing or another one is named, and up to where the log is known to be unchanged.
  std::optional<std::string> missing(const LogId& log, const Tail& head) const;

 private:
  struct Known {
    Sequence sequence;
    RecordId id;
    std::optional<LogId> log;  ///< nothing: whichever
    std::string who;           ///< `the views in DATA/views`
    std::string_view knows;    ///< the verb that goes with it
    std::optional<RecordId> found;
  };
  void add(Known known);

  std::vector<Known> known_;  ///< in the order of their sequences
  std::size_t seen_ = 0;      ///< those before have been passed by see()
};

}  // namespace dialin::cli
