#pragma once
// The records that an opening appends, chained one behind the other: the same on an embedded log and on Kafka.

#include <string>
#include <vector>

#include "domain/chain.h"
#include "domain/codec.h"
#include "domain/instant.h"
#include "domain/secrets.h"

namespace dialin::log {

class OpeningGroup {
 public:
  struct Ports {
    const Clock& clock;
    const Random& random;
    const Codec& codec;
  };
  OpeningGroup(Ports ports, const Tail& tail) : ports_(ports), tail_(tail) {}

  /// The first record of a log.
  void found(const LogId& log);
  /// `deleted` is the last record of the chain and the first half of a move: the other half, as it must be, comes from it alone.
  void complete(const Record& deleted, const Event& creation);
  /// Takes the lead.
  void open(const std::string& node, const std::string& url, std::uint64_t term);

  const std::vector<Record>& records() const { return records_; }

 private:
  void add(Record record);

  const Ports ports_;
  Tail tail_;
  std::vector<Record> records_;
};

}  // namespace dialin::log
