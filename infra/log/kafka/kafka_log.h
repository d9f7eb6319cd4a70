#pragma once
// The log on Kafka: EventLog on a topic that several nodes share, with a copy of the chain on this node's disk. Made on the main thread;
// reads go to the copy, from any thread. Owns threads: one reads the topic, one asks for its end, one keeps time, one hears the producer,
// one stands for election.
//
// A node follows until it is elected and has opened the log; it may lose the lead at any time. Then append() answers `unavailable`.

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "domain/event_log.h"
#include "infra/log/embedded_log.h"
#include "infra/log/kafka/client.h"
#include "infra/log/kafka/protocol.h"

namespace dialin::log::kafka {

struct KafkaLogOptions {
  Connection connection;
  std::string dir;                               ///< of the copy; created when missing
  std::string node;                              ///< said in `opened`
  std::string url;                               ///< where this node takes writes
  bool confirms_by_append = false;               ///< confirm_end() appends a record, which all in-sync brokers must take
  std::size_t segment_bytes = 64 * 1024 * 1024;  ///< of the copy
  std::chrono::milliseconds idle{50};            ///< of the copy, as EmbeddedOptions::idle
};

/// How a node stands, for /readyz and for whoever forwards writes.
struct Standing {
  Role role = Role::following;
  std::uint64_t term = 0;
  std::optional<LogOpened> leader;
  bool leader_is_here = false;        ///< this process took the lead as `leader`
  bool leads_in_our_name = false;     ///< another process did, since this one began, and named this one's URL
  std::uint64_t unread = 0;           ///< records of the topic that were not looked at yet, by its end as it was last told
  bool has_room = true;               ///< for the copy
  std::chrono::seconds unheard{0};    ///< since Kafka last told the log's end, which it is asked for each second
  std::vector<std::string> refusals;  ///< of Kafka's, a sentence each
  bool is_fit = true;                 ///< to lead
  std::string why;                    ///< it is halted, or gave up the lead the last time; empty: for no reason of its own
};

class KafkaLog : public EventLog {
 public:
  using Ports = EmbeddedLog::Ports;

  /// Asked before the copy is opened, and not kept: may put one there. Told the log that the topic holds.
  using PrepareCopy = std::function<Result<void, OpenFailure>(const LogId&)>;
  /// Finds the copy, or begins one of the log that the topic holds, and begins to follow. Refuses a topic that cannot hold a log, holds
  /// none, or another one than the copy. Kafka must answer.
  static Result<std::unique_ptr<KafkaLog>, OpenFailure> open(const KafkaLogOptions& options, Ports ports,
                                                             const PrepareCopy& prepare_copy = {});

  /// From now on this node may be elected to lead, as long as `is_fit` says so, which is asked ten times a second on a thread of the log's
  /// and must not block. Main thread, once.
  virtual Result<void, OpenFailure> stand(std::function<bool()> is_fit) = 0;
  /// Takes no more appends, lets land what is in flight (waits for `most` at most), and makes room for another to lead. Main thread.
  virtual void step_aside(std::chrono::milliseconds most) = 0;
  /// Whether this node is to lead; a hint, from whatever elects: stand() arranges it. Any thread.
  virtual void elect(bool elected) = 0;
  virtual Standing standing() const = 0;
  /// Waits until it leads, or is halted, or the time is over. True: it leads.
  virtual bool wait_to_lead(std::chrono::milliseconds most) const = 0;
};

}  // namespace dialin::log::kafka
