#pragma once
// Reads a node's copy of the chain no further than may be read: a copy that a crash cut may end within a move. One thread.

#include <string>

#include "domain/event_log.h"
#include "infra/log/chain_reader.h"

namespace dialin::log::kafka {

class WholeReader : public RecordReader {
 public:
  WholeReader(const EventLog& log, const ChainIndex& index, Sequence from) : log_(log), reader_(index, from), next_(from) {}
  Next next(Record& out) override {
    if (next_ > whole_ && next_ > (whole_ = log_.tail().sequence)) return Next::end;
    const Next found = reader_.next(out);
    if (found == Next::record) next_ = next_.next();
    return found;
  }
  std::string fault() const override { return reader_.fault(); }

 private:
  const EventLog& log_;
  ChainReader reader_;
  Sequence next_;
  Sequence whole_;
};

}  // namespace dialin::log::kafka
