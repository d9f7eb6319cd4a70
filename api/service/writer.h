#pragma once
// The writer: one total order for all writes. Commands queue up (any thread, bounded); one thread takes what is queued, decides each
// against the views and what is in flight, appends the group, applies it once durable, and answers in order. What queues up during one sync
// is the next group.
//
// Owns its thread. Does not own log, projector or views; they must outlive it. While it runs, nobody else writes to them.

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "api/service/write_result.h"
#include "domain/codec.h"
#include "domain/command.h"
#include "domain/event_log.h"
#include "domain/telemetry.h"
#include "domain/view_store.h"
#include "projections/projector.h"
#include "projections/views.h"

namespace dialin::service {

struct WriterLimits {
  std::size_t queue_max = 4096;                   ///< commands waiting; one more is refused; a tenant's, when no more places are free
  std::size_t taken_max = 128;                    ///< of them taken at a time: what a newcomer may find before it
  std::size_t group_max = 512;                    ///< commands decided before one append
  std::size_t hot_configs_bytes_max = 32u << 20;  ///< of states kept in memory beside the views, some 1 KB each
  std::chrono::milliseconds idle_flush{5000};     ///< views are flushed after so long without a write
  std::chrono::milliseconds answer_within{5000};  ///< after an append; a write without an outcome by then is told so
  /// Of answers that store nothing, until what they were decided on is committed. On in every program: without it the simulation
  /// (tests/simulation) finds answers that were never true.
  bool holds_answers = true;
};

/// What becomes of a command that is handed in.
enum class Submitted : std::uint8_t {
  queued,
  queue_full,
  share_used,  ///< its tenant holds as many places of the queue as are still free
};

/// Told of everything that was applied, in order, on the writer's thread, before the answers go out. Must not block.
class AppliedObserver {
 public:
  virtual ~AppliedObserver() = default;
  virtual void applied(std::shared_ptr<const std::vector<projections::Entry>> entries) = 0;
};

class Writer {
 public:
  /// What the writer stands on; all must outlive it.
  struct Ports {
    EventLog& log;
    ViewStore& store;
    projections::Projector& projector;
    const projections::Views& views;
    const Codec& codec;
    const Clock& clock;
    Telemetry& telemetry;
  };
  Writer(Ports ports, Rules rules, WriterLimits limits, std::vector<AppliedObserver*> observers);
  ~Writer();  ///< stop()

  /// Called once, on the writer's thread; must not block.
  using Done = std::function<void(WriteResult)>;
  /// Any thread. Unless it is queued, `done` is not called and nothing was stored. A writer that has stopped has a full queue.
  Submitted submit(Command command, Done done);

  /// Has `work` run by the writer's thread between two groups, when nothing is half applied: again and again until it is true, or the
  /// writer stops. It must be short each time, and not throw. One at a time. Any thread.
  void between_groups(std::function<bool()> work);

  /// Decides and answers everything queued, flushes the views, ends the thread. Idempotent.
  void stop();

  /// The last sequence that is applied here. Any thread.
  Sequence applied() const;
  /// Why writes are refused now (the disk is full …); empty when they are not. Any thread.
  std::string trouble() const;
  /// The views do not take what the log holds. Any thread.
  bool is_out_of_step() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace dialin::service
