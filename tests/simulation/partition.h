#pragma once
// A partition and those who produce to it, played: what was sent lands late, in order for one producer, after its producer was given up,
// not at all, or once more much later; reports come late, fail though the record landed, or skip one; the broker goes away and comes back.

#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "simulation/world.h"

namespace dialin::simulation {

struct Report {
  log::kafka::Token token = 0;
  std::optional<log::kafka::Offset> offset;
};

class Partition {
 public:
  using ProducerId = std::size_t;
  using FoundRecord = log::kafka::FoundRecord;
  using Offset = log::kafka::Offset;

  /// `landed` is told of every record, in storage order.
  Partition(World& world, std::function<void(const FoundRecord&)> landed) : world_(world), landed_(std::move(landed)) {}

  ProducerId new_producer();
  void send(ProducerId producer, log::kafka::Token token, const Record& record);
  /// Nobody hears its reports any more. What it has in flight may land all the same.
  void give_up(ProducerId producer) { producers_[producer].is_heard = false; }
  std::optional<Report> next_report(ProducerId producer);
  bool has_report(ProducerId producer) const { return !producers_[producer].reports.empty(); }

  /// One thing happens to one record in flight; `faults`: perhaps a bad one.
  void step(bool faults);
  /// The broker stops. Of what it had taken in, a beginning may have landed without a word.
  void go_down();
  void come_up() { is_up_ = true; }
  bool is_up() const { return is_up_; }
  bool is_quiet() const { return in_flight_ == 0 && repeated_.empty(); }

  void add(const Record& record);
  /// The record of a node that asks for the end. Gives the end behind it.
  Offset add_mark();
  /// What is none of ours.
  void add_garbage();

  const std::deque<FoundRecord>& records() const { return records_; }
  Offset end() const { return static_cast<Offset>(records_.size()); }

 private:
  struct Producer {
    std::deque<std::pair<log::kafka::Token, Record>> in_flight;
    std::deque<Report> reports;
    bool is_heard = true;
  };
  void land_oldest(Producer& producer, bool faults);
  void add(FoundRecord found);

  World& world_;
  const std::function<void(const FoundRecord&)> landed_;
  std::deque<FoundRecord> records_;
  std::deque<Producer> producers_;
  std::vector<std::size_t> busy_;  ///< producers with something in flight
  std::deque<Record> repeated_;    ///< landed once and on their way once more
  std::size_t in_flight_ = 0;
  bool is_up_ = true;
};

}  // namespace dialin::simulation
