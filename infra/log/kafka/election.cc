#include "infra/log/kafka/election.h"

#include <librdkafka/rdkafka.h>

#include <chrono>

namespace dialin::log::kafka {
namespace {

/// How late it is seen that this node became fit to lead, or is not any more.
constexpr int kPoll_ms = 100;
/// A broker hears that a member leaves only when it has answered its joining, for which it waits for the others: a second, as librdkafka
/// has it.
constexpr std::chrono::seconds kLeaveMost{3};
constexpr std::chrono::seconds kJoinMost{3};

using Event = std::unique_ptr<rd_kafka_event_t, void (*)(rd_kafka_event_t*)>;

Event next_event(rd_kafka_queue_t* queue, int wait_ms) {
  return {rd_kafka_queue_poll(queue, wait_ms), rd_kafka_event_destroy};
}

/// Neither assigning nor leaving can be refused in a way that the next event does not tell again.
void destroy(rd_kafka_error_t* error) {
  if (error != nullptr) rd_kafka_error_destroy(error);
}

}  // namespace

void Election::CloseQueue::operator()(rd_kafka_queue_s* queue) const {
  rd_kafka_queue_destroy(queue);
}

Result<std::unique_ptr<Election>, KafkaFailure> Election::make(const Connection& connection, Telemetry& telemetry, Hooks hooks) {
  Connection with_defaults = connection;
  with_defaults.properties.insert(with_defaults.properties.begin(), {"session.timeout.ms", std::to_string(kDefaultSession.count())});
  auto client =
      make_consumer(with_defaults, telemetry,
                    {{"group.id", connection.topic + ".leader"},
                     // The others move the partition to another member whenever one joins.
                     {"partition.assignment.strategy", "cooperative-sticky"},
                     // How soon the others learn that one has left.
                     {"heartbeat.interval.ms", "200"},
                     // Nobody reads them: librdkafka looks whether a heartbeat is due only when something wakes it, else twice a second.
                     {"statistics.interval.ms", "100"},
                     {"enable.auto.commit", "false"},
                     {"auto.offset.reset", "latest"}},
                    [](rd_kafka_conf_t* conf) { rd_kafka_conf_set_events(conf, RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_ERROR); });
  if (!client) return client.error();
  rd_kafka_poll_set_consumer(client->get());
  return std::unique_ptr<Election>(new Election(std::move(*client), connection.topic, telemetry, std::move(hooks)));
}

Election::Election(Client client, std::string topic, Telemetry& telemetry, Hooks hooks)
    : client_(std::move(client)),
      topic_(std::move(topic)),
      telemetry_(telemetry),
      hooks_(std::move(hooks)),
      queue_(rd_kafka_queue_get_consumer(client_.get())),
      thread_([this] { run(); }) {}

Election::~Election() {
  stopping_ = true;
  rd_kafka_queue_yield(queue_.get());
  thread_.join();
  // Librdkafka 2.0 aborts when a client is destroyed that was told to divide the group and has not yet (its issue 4312, mended in 2.3).
  if (membership_ == Membership::asked_for) keep_until_exit(std::move(client_));
}

void Election::run() {
  bool joined = false;
  while (!stopping_) {
    if (const bool is_fit = hooks_.is_fit(); is_fit != joined) join_or_leave(joined = is_fit);
    if (const Event event = next_event(queue_.get(), kPoll_ms)) take(event.get());
  }
  leave_for_good();
}

void Election::join_or_leave(bool joins) {
  if (!joins) {
    rd_kafka_unsubscribe(client_.get());
    return;
  }
  const std::unique_ptr<rd_kafka_topic_partition_list_t, void (*)(rd_kafka_topic_partition_list_t*)> wanted(
      rd_kafka_topic_partition_list_new(1), rd_kafka_topic_partition_list_destroy);
  rd_kafka_topic_partition_list_add(wanted.get(), topic_.c_str(), RD_KAFKA_PARTITION_UA);
  if (const auto error = rd_kafka_subscribe(client_.get(), wanted.get()); error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return telemetry_.say(Level::error, std::string("this node cannot be elected: ") + rd_kafka_err2str(error));
  }
  if (membership_ == Membership::none) membership_ = Membership::asked_for;
}

/// Records are of no interest here, only what stands in for one when something is refused; none is fetched once the partition is paused.
void Election::take(rd_kafka_event_t* event) {
  switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_REBALANCE:
      return take_change(event);
    case RD_KAFKA_EVENT_FETCH:
      while (const rd_kafka_message_t* message = rd_kafka_event_message_next(event)) take_error(message->err);
      return;
    case RD_KAFKA_EVENT_ERROR:
      take_error(rd_kafka_event_error(event));
      if (rd_kafka_event_error_is_fatal(event) != 0) {
        telemetry_.say(Level::error, std::string("this node cannot be elected any more: ") + rd_kafka_event_error_string(event));
      }
      return;
    default:
      return;
  }
}

void Election::take_error(int error) {
  if (const std::string why = refusal_in(error, client_.get()); !why.empty()) hooks_.refused(why);
}

void Election::take_change(rd_kafka_event_t* event) {
  membership_ = Membership::counted;
  hooks_.refused({});
  rd_kafka_topic_partition_list_t* partitions = rd_kafka_event_topic_partition_list(event);
  const bool is_given = rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
  if (is_given) {
    destroy(rd_kafka_incremental_assign(client_.get(), partitions));
    rd_kafka_pause_partitions(client_.get(), partitions);
  }
  if (partitions->cnt > 0) holds_ = is_given;
  if (partitions->cnt > 0 && !(is_given && stopping_)) hooks_.elected(is_given);
  // Only then may the group give it to another.
  if (!is_given) destroy(rd_kafka_incremental_unassign(client_.get(), partitions));
}

bool Election::is_member() const {
  char* id = rd_kafka_memberid(client_.get());
  const bool is_given = id != nullptr && *id != '\0';
  rd_kafka_mem_free(client_.get(), id);
  return is_given;
}

void Election::leave_for_good() {
  const auto joined_by = std::chrono::steady_clock::now() + kJoinMost;
  while (membership_ == Membership::asked_for && std::chrono::steady_clock::now() < joined_by) {
    if (const Event event = next_event(queue_.get(), 100)) take(event.get());
  }
  const auto deadline = std::chrono::steady_clock::now() + kLeaveMost;
  // A member that holds nothing is not said to leave when it is closed, and every change in the group would wait until its session is over.
  // In the middle of a change it leaves only when that is over.
  if (!holds_) {
    rd_kafka_unsubscribe(client_.get());
    while (is_member() && std::chrono::steady_clock::now() < deadline) {
      if (const Event event = next_event(queue_.get(), 50)) take(event.get());
    }
  }
  destroy(rd_kafka_consumer_close_queue(client_.get(), queue_.get()));
  while (rd_kafka_consumer_closed(client_.get()) == 0 && std::chrono::steady_clock::now() < deadline) {
    if (const Event event = next_event(queue_.get(), 100)) take(event.get());
  }
}

}  // namespace dialin::log::kafka
