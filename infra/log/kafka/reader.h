#pragma once
// Reads the partition from any offset on, and asks where it ends. Not thread-safe, but for what is marked.

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "infra/log/kafka/client.h"
#include "infra/log/kafka/protocol.h"

struct rd_kafka_topic_s;

namespace dialin::log::kafka {

class Reader {
 public:
  static Result<std::unique_ptr<Reader>, KafkaFailure> make(const Connection& connection, Telemetry& telemetry);
  ~Reader();

  /// From here on read() tells what stands from `from` on. Stops an earlier reading.
  void begin(Offset from);
  void stop();

  struct Batch {
    std::vector<FoundRecord> found;
    std::optional<Offset> read_to;    ///< the partition's end was reached: nothing below was left out
    std::optional<std::string> lost;  ///< the topic does not hold what it should: final
    std::string refused;              ///< this node may not read it now; empty: it may
  };
  /// Waits for at most `wait_ms` for the first record, then takes what is there, at most some thousand. `batch` is overwritten.
  void read(int wait_ms, Batch& batch);

  /// Where the partition ends. Any thread. Nothing: it cannot be learnt within `wait_ms`. While it reads, up to half a second late: the
  /// broker answers one thing after the other, and a fetch only when there are records.
  std::optional<Offset> ask_end(int wait_ms);

 private:
  struct CloseTopic {
    void operator()(rd_kafka_topic_s* topic) const;
  };
  Reader(Client client, std::string topic);

  Client client_;
  const std::string name_;
  std::unique_ptr<rd_kafka_topic_s, CloseTopic> topic_;
  bool reading_ = false;
};

}  // namespace dialin::log::kafka
