#pragma once
// A chain on disk, read from its first byte to its last, as the tests look at it.

#include <functional>
#include <optional>
#include <string>

#include "infra/log/log_walk.h"

namespace dialin::log {

struct Verified {
  LogId log;
  Tail head;                            ///< the last record that is sound; its sequence is their number
  std::optional<LogWalk::Fault> fault;  ///< the first record that is not
  bool unfinished = false;
};

/// `each` is called for each record, in order; what it returns is what is wrong with it. It may be empty.
inline Verified verify(FileLayer& files, const std::string& dir, const std::function<std::optional<std::string>(const Record&)>& each) {
  Verified verified;
  auto opened = walk_directory(files, dir, {});
  if (!opened) {
    verified.fault = LogWalk::Fault{opened.error().text, opened.error().code != OpenError::poison};
    return verified;
  }
  LogWalk& walk = **opened;
  verified.log = walk.log();
  Record record;
  LogWalk::Step step;
  while ((step = walk.next(record)) == LogWalk::Step::record) {
    if (const auto what = each ? each(record) : std::nullopt) {
      verified.fault = LogWalk::Fault{*what, false, record.sequence, walk.place().text(), *what};
      return verified;
    }
    verified.head = walk.tail();
  }
  if (step == LogWalk::Step::fault) verified.fault = walk.fault();
  verified.unfinished = walk.is_unfinished();
  return verified;
}

}  // namespace dialin::log
