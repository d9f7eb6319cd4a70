#pragma once
// Looks at the topic again and again while a node runs: who may change its settings, or delete it, does not ask dialin. Owns a thread.

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "infra/log/kafka/client.h"

namespace dialin::log::kafka {

class TopicWatch {
 public:
  /// Called once at most, on the watch's thread: why the topic cannot hold a log any more.
  using Unfit = std::function<void(const std::string& why)>;

  /// `telemetry` must outlive it.
  static Result<std::unique_ptr<TopicWatch>, KafkaFailure> make(const Connection& connection, Telemetry& telemetry, Unfit unfit);
  /// Waits for a look that is under way, some seconds at most.
  ~TopicWatch();

 private:
  TopicWatch(Client client, std::string topic, Unfit unfit);
  void run();

  const Client client_;
  const std::string topic_;
  const Unfit unfit_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace dialin::log::kafka
