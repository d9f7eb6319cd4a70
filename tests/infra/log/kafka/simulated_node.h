#pragma once
// One node in a simulation: the real protocol, with what it asks of the outside kept until the simulation lets it happen.

#include <deque>
#include <memory>
#include <set>
#include <string>

#include "simulated_partition.h"

namespace dialin::log::kafka {

/// Moves only when told to, in either direction.
class MovedClock : public Clock {
 public:
  Instant now() const override { return {us}; }
  std::int64_t us = 1'700'000'000'000'000;
};

class DrawnRandom : public Random {
 public:
  explicit DrawnRandom(Draw& draw) : draw_(draw) {}
  void fill(std::span<std::uint8_t> out) const override {
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(draw_());
  }

 private:
  Draw& draw_;
};

/// What nodes are told about a history; the first violation counts.
struct Verdict {
  std::optional<std::string> violation;
  std::set<RecordId> claimed;  ///< records whose writers were told that they are stored
  std::uint64_t stored = 0;
  std::uint64_t denied = 0;
  std::uint64_t strong_reads = 0;

  void blame(std::string what) {
    if (!violation) violation = std::move(what);
  }
};

class SimulatedNode : public Outside {
 public:
  using Time = Protocol::Time;

  SimulatedNode(std::string name, SimulatedPartition& partition, Draw& draw, const Codec& codec, const Guards& guards, Verdict& verdict);

  /// One of the things that can happen to it happens. `faults`: perhaps a bad one.
  void step(Time now, bool faults);
  void elect(bool elected, Time now);
  /// `identical`: as any other node would write it at this moment.
  void write(Time now, bool identical);
  void read_strongly(Time now);
  /// Loses what it did not sync of its copy, and what it was about to say.
  void crash(Time now);

  const Protocol& protocol() const { return *protocol_; }
  const std::vector<Record>& copy() const { return copy_; }
  bool disk_is_full = false;
  bool at_peace = false;  ///< its producer takes all that it is given
  MovedClock clock;

  bool produce(Token token, const Record& record) override;
  void renew_producer() override;
  void read_from(Offset from, Reading reading) override;
  void stop_reading() override { reads_ = false; }
  void ask_end(bool) override { asked_ = true; }
  Kept keep(std::span<const Record> records, Offset last_at) override;

 private:
  void begin();
  void read_one(Time now);
  void hear_report(Time now, bool faults);
  void answer_end(Time now, bool faults);
  std::vector<Record> group(bool identical);

  const std::string name_;
  SimulatedPartition& partition_;
  Draw& draw_;
  const Codec& codec_;
  const Guards guards_;
  Verdict& verdict_;
  DrawnRandom random_;

  std::unique_ptr<Protocol> protocol_;
  SimulatedPartition::ProducerId producer_ = 0;
  bool reads_ = false;
  Reading reading_ = 0;
  Offset cursor_ = 0;
  bool asked_ = false;
  std::optional<Offset> end_answer_;  ///< on its way
  std::vector<Record> copy_;
  std::vector<std::pair<std::size_t, Offset>> notes_;  ///< of some records of the copy, where they stand
  std::uint64_t life_ = 0;
};

}  // namespace dialin::log::kafka
