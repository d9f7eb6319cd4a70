#pragma once
// A partition and those who produce to it, played: what was sent lands late, in order for one producer, after its producer was given up,
// not at all, or twice; reports come late, fail though the record landed, or skip one. Every choice is drawn from one seed.

#include <deque>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "domain/chain.h"
#include "domain/codec.h"
#include "infra/log/kafka/protocol.h"

namespace dialin::log::kafka {

using Draw = std::mt19937_64;
/// True once in `n` times.
inline bool one_in(Draw& draw, std::uint64_t n) {
  return draw() % n == 0;
}

struct Report {
  Token token = 0;
  std::optional<Offset> offset;
};

class SimulatedPartition {
 public:
  using ProducerId = std::size_t;

  SimulatedPartition(Draw& draw, const Codec& codec) : draw_(draw), codec_(codec) {}

  ProducerId new_producer();
  void send(ProducerId producer, Token token, const Record& record);
  /// Nobody hears its reports any more. What it has in flight may land all the same.
  void give_up(ProducerId producer) { producers_[producer].is_heard = false; }
  std::optional<Report> next_report(ProducerId producer);

  /// One thing happens to one record in flight; `faults`: perhaps a bad one.
  void step(bool faults);
  bool is_quiet() const { return in_flight_ == 0; }
  void add(FoundRecord found);

  const std::deque<FoundRecord>& records() const { return records_; }
  Offset end() const { return static_cast<Offset>(records_.size()); }

  /// The chain as somebody who reads the topic from its beginning sees it.
  const std::vector<RecordId>& chain() const { return chain_; }
  Tail tail() const { return tail_; }
  bool is_on_chain(const RecordId& id) const { return on_chain_.contains(id); }
  /// Never to join the chain: its caller was told so.
  void deny(const RecordId& id);
  /// The first thing that is wrong with the chain itself.
  std::optional<std::string> violation;

 private:
  struct Producer {
    std::deque<std::pair<Token, Record>> in_flight;
    std::deque<Report> reports;
    bool is_heard = true;
  };
  void extend(const Record& record);

  Draw& draw_;
  const Codec& codec_;
  std::deque<FoundRecord> records_;
  std::deque<Producer> producers_;
  std::size_t in_flight_ = 0;
  Tail tail_;
  std::vector<RecordId> chain_;
  std::set<RecordId> on_chain_;
  std::set<RecordId> denied_;
  std::optional<ConfigId> promised_;  ///< by a deletion that begins a move
};

}  // namespace dialin::log::kafka
