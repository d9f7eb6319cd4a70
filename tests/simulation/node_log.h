#pragma once
// EventLog on the played partition: the real protocol, bound to it as infra/log/kafka/kafka_log.cc binds it to librdkafka. What the shell's
// threads would tell the protocol happens when the simulation says so, also between two questions of the writer.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "domain/event_log.h"
#include "simulation/partition.h"
#include "simulation/truth.h"

namespace dialin::simulation {

/// A node's copy of the chain, which a crash leaves a beginning of.
struct CopyOnDisk {
  std::vector<Record> records;
  std::vector<std::pair<std::size_t, log::kafka::Offset>> places;  ///< of some records, by index, where they stand on the topic
  bool is_full = false;

  /// Where it may be read up to: not half a move, which a crash can leave at its end.
  Sequence readable(const Codec& codec) const;
};

class NodeLog : public EventLog, private log::kafka::Outside {
 public:
  struct Ports {
    World& world;
    Partition& partition;
    const Truth& truth;
    CopyOnDisk& disk;
    const Clock& clock;
    std::function<void()> meanwhile;  ///< what other threads do while the writer asks
    bool confirms_by_append = false;
  };
  NodeLog(Ports ports, const std::string& node);
  ~NodeLog() override;

  LogId id() const override { return {}; }
  Tail tail() const override;
  Tail end() const override;
  void append(std::vector<Record>& group, Appended done) override;
  std::unique_ptr<RecordReader> read(Sequence from) const override;
  Result<Record, LogError> at(Sequence sequence) const override;
  void confirm_end(Confirmed done) const override;
  bool is_shared() const override { return true; }
  bool leads() const override;

  /// One of its threads does one thing. `faults`: perhaps something bad happens.
  void step(bool faults);
  void elect(bool elected);
  const log::kafka::Protocol& protocol() const { return protocol_; }
  bool is_calm = false;  ///< its producer takes all that it is given

 private:
  class Reader;
  static log::kafka::Protocol::Start start_on(const CopyOnDisk& disk, const Codec& codec);
  static log::kafka::Protocol::Options options_of(const World& world, const std::string& node);
  template <class Input>
  void tell(Input input) const;
  void hear_report(bool faults);
  void answer_end(bool faults);
  void read_on(bool faults);

  bool produce(log::kafka::Token token, const Record& record) override;
  void renew_producer() override;
  void read_from(log::kafka::Offset from, log::kafka::Reading reading) override;
  void stop_reading() override { reads_ = false; }
  void ask_end(bool firmly) override;
  log::kafka::Kept keep(std::span<const Record> records, log::kafka::Offset last_at) override;

  Ports ports_;
  const std::string node_;
  const DrawnRandom random_;
  mutable log::kafka::Protocol protocol_;
  Partition::ProducerId producer_;
  bool reads_ = false;
  log::kafka::Reading reading_ = 0;
  log::kafka::Offset begun_at_ = 0;
  log::kafka::Offset cursor_ = 0;
  bool asked_ = false;
  bool asked_firmly_ = false;
  std::optional<log::kafka::Offset> end_answer_;  ///< on its way
};

}  // namespace dialin::simulation
