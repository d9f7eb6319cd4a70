#pragma once
// Which of the nodes on one log is to lead: the one that holds the topic's only partition in a consumer group of Kafka's. A hint, no more:
// two may hold it for a while (one of them stopped, or cut off), and what keeps the log right is the chain alone.
//
// Owns a thread, on which the hooks are called; they must not block for long.

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "infra/log/kafka/client.h"

struct rd_kafka_queue_s;
struct rd_kafka_op_s;

namespace dialin::log::kafka {

/// After how long a silent holder counts as gone, unless `session.timeout.ms` among a connection's properties says otherwise: the least
/// that brokers take unless they are told otherwise.
constexpr std::chrono::milliseconds kDefaultSession{6000};

class Election {
 public:
  struct Hooks {
    std::function<bool()> is_fit;  ///< asked all the time; who is not leaves the group, and is told that it is not elected
    std::function<void(bool)> elected;
    std::function<void(const std::string& why)> refused;  ///< the group does not let it in, and is asked again; empty: it has
  };
  /// Joins the group at once.
  static Result<std::unique_ptr<Election>, KafkaFailure> make(const Connection& connection, Telemetry& telemetry, Hooks hooks);
  /// Leaves the group, so that another is elected at once; waits for three seconds at most, and as long as it takes to become a member
  /// before.
  ~Election();

 private:
  struct CloseQueue {
    void operator()(rd_kafka_queue_s* queue) const;
  };
  Election(Client client, std::string topic, Telemetry& telemetry, Hooks hooks);
  void run();
  void join_or_leave(bool joins);
  void take(rd_kafka_op_s* event);
  void take_change(rd_kafka_op_s* event);
  void take_error(int error);
  bool is_member() const;
  void leave_for_good();

  Client client_;
  const std::string topic_;
  Telemetry& telemetry_;
  const Hooks hooks_;
  const std::unique_ptr<rd_kafka_queue_s, CloseQueue> queue_;
  std::atomic<bool> stopping_{false};
  /// Its thread only, until that has ended.
  enum class Membership : std::uint8_t {
    none,
    asked_for,
    counted,  ///< in some division of the group's partitions, at least once
  } membership_ = Membership::none;
  bool holds_ = false;  ///< likewise
  std::thread thread_;
};

}  // namespace dialin::log::kafka
