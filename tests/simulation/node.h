#pragma once
// One node: the real protocol, writer core, projector and views in a process that dies and starts again on what its disk kept. Its threads
// take turns as the seed says: the log's, the writer's (with its letter box), those that read.

#include <deque>
#include <memory>
#include <string>

#include "api/service/writer_core.h"
#include "simulation/node_log.h"
#include "simulation/witness.h"

namespace dialin::simulation {

class Node {
 public:
  Node(World& world, Partition& partition, const Truth& truth, Witness& witness, std::string name);
  ~Node();

  /// One of its threads does one thing.
  void step(bool faults);
  void elect(bool elected);
  /// A caller's write lies in the letter box, unless that is full.
  void ask(Command command);
  void read_strongly();
  /// Loses what was not synced of the copy and not flushed of the views, and all that it was about to say. Starts again.
  void crash();
  /// From now on nothing bad happens to it.
  void calm_down();

  const log::kafka::Protocol& protocol() const;
  bool is_elected() const { return is_elected_; }
  Tail position() const;
  /// Nothing is under way, and nobody waits.
  bool is_at_rest() const;
  /// Holds its views against what the fold of the chain says of every config and number.
  void check_views_in_full() const;

  NodeClock clock;
  CopyOnDisk copy;
  MemoryStore store;

 private:
  struct Process;
  void start();
  void go_on_meanwhile();
  void run_writer();
  void answer_reads();
  void look_at_views();

  World& world_;
  Partition& partition_;
  const Truth& truth_;
  Witness& witness_;
  const std::string name_;
  const bool confirms_by_append_;
  DiaryTelemetry telemetry_;
  bool is_calm_ = false;
  bool is_elected_ = false;
  std::unique_ptr<Process> process_;
};

}  // namespace dialin::simulation
