#include "infra/log/kafka/topic_watch.h"

#include <chrono>
#include <utility>

#include "infra/log/kafka/topic.h"

namespace dialin::log::kafka {
namespace {

constexpr std::chrono::milliseconds kEvery{5000};
constexpr std::chrono::milliseconds kAgain{500};
/// A broker that has just come back may tell of yesterday.
constexpr int kFaultsToBelieve = 3;
constexpr int kLook_ms = 2000;

}  // namespace

Result<std::unique_ptr<TopicWatch>, KafkaFailure> TopicWatch::make(const Connection& connection, Telemetry& telemetry, Unfit unfit) {
  auto client = make_producer(connection, telemetry, {});
  if (!client) return client.error();
  return std::unique_ptr<TopicWatch>(new TopicWatch(std::move(*client), connection.topic, std::move(unfit)));
}

TopicWatch::TopicWatch(Client client, std::string topic, Unfit unfit)
    : client_(std::move(client)), topic_(std::move(topic)), unfit_(std::move(unfit)), thread_([this] { run(); }) {}

TopicWatch::~TopicWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_one();
  thread_.join();
}

void TopicWatch::run() {
  int faults = 0;
  std::unique_lock lock(mutex_);
  while (!stopped_.wait_for(lock, faults > 0 ? kAgain : kEvery, [this] { return stopping_; })) {
    lock.unlock();
    const auto state = look_at_topic(client_.get(), topic_, kLook_ms);
    // A question that was not answered, or not allowed, says nothing about the topic.
    if (state) faults = state->fault ? faults + 1 : 0;
    if (faults == kFaultsToBelieve) return unfit_(*state->fault);
    lock.lock();
  }
}

}  // namespace dialin::log::kafka
