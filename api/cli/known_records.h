#pragma once
// What is known of a log from outside of it, so that `verify` can tell that its end is gone: a chain that lost its last records is still a
// chain. Main thread.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/chain.h"
#include "domain/record.h"

namespace dialin::cli {

class KnownRecords {
 public:
  /// `expected`: `SEQUENCE:ID`. False when it is not that.
  bool expect(std::string_view expected);
  /// The record at which the views in DATA/views stood when they were last flushed, if there are any. Read before the log is: a running
  /// server moves both. Throws StoreFailure when they cannot be read.
  void expect_what_views_hold(const std::string& data);

  /// Called with each record, in order.
  void see(const Record& record);
  /// After the last one: what is wrong with a log of this id and head, as a sentence; nothing when all that is known is there.
  std::optional<std::string> missing(const LogId& log, const Tail& head) const;

 private:
  struct Known {
    Sequence sequence;
    RecordId id;
    std::optional<LogId> log;  ///< nothing: whichever
    std::string who;           ///< knows it
    std::optional<RecordId> found;
  };
  std::vector<Known> known_;
};

}  // namespace dialin::cli
