#include "api/cli/copying/import_topic.h"

#include <chrono>
#include <deque>
#include <iostream>
#include <mutex>
#include <thread>
#include <utility>

#include "infra/log/kafka/held_lead.h"
#include "infra/log/kafka/producer.h"
#include "infra/log/kafka/topic.h"
#include "infra/log/kafka/topic_walk.h"

namespace dialin::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;

/// Sent and not yet read back. Enough for the brokers never to wait.
constexpr std::size_t kUnderWayRecords = 16 * 1024;
constexpr std::size_t kUnderWayBytes = 32 * 1024 * 1024;
/// Longer than the producer goes on trying.
constexpr std::chrono::seconds kSilenceMost{40};
constexpr std::chrono::milliseconds kLookAgain{1};

CannotImport cannot(const log::kafka::KafkaFailure& failure) {
  return {kCouldNotRun, failure.text};
}

class TopicTarget : public ImportTarget {
 public:
  TopicTarget(log::kafka::Connection connection, int replication, const Codec& codec, Telemetry& telemetry)
      : connection_(std::move(connection)), replication_(replication), codec_(codec), telemetry_(telemetry) {}

  Result<log::LogWalk*, CannotImport> hold() override;
  Result<void, CannotImport> begin(const LogId& log, const Tail& tail) override;
  Result<void, CannotImport> append(std::span<const Record> records) override;
  Result<void, CannotImport> finish() override { return has_failed_ ? Result<void, CannotImport>() : wait_until(0, 0); }
  Tail stored() const override { return stored_; }

 private:
  Result<void, CannotImport> send(const Record& record);
  Result<void, CannotImport> wait_until(std::size_t records, std::size_t bytes);
  Result<bool, CannotImport> look();
  std::optional<CannotImport> undelivered();
  CannotImport fails(CannotImport why) {
    has_failed_ = true;
    return why;
  }

  const log::kafka::Connection connection_;
  const int replication_;
  const Codec& codec_;
  Telemetry& telemetry_;
  std::unique_ptr<log::kafka::HeldLead> lead_;
  std::unique_ptr<log::LogWalk> walk_;  ///< over all of the chain, what is appended here too; null as long as there is no log
  struct Sent {
    Tail tail;
    std::size_t bytes = 0;
  };
  std::deque<Sent> under_way_;
  std::size_t bytes_under_way_ = 0;
  Tail stored_;
  bool has_failed_ = false;

  std::mutex mutex_;
  std::size_t delivered_ = 0;
  std::optional<std::string> undelivered_;
  std::unique_ptr<log::kafka::Producer> producer_;  ///< goes first: it reports
};

Result<log::LogWalk*, CannotImport> TopicTarget::hold() {
  const auto is_new = log::kafka::make_topic(connection_, replication_, telemetry_);
  if (!is_new) return cannot(is_new.error());
  auto lead = log::kafka::HeldLead::take(connection_, telemetry_, [&](std::chrono::seconds most) {
    std::cerr << "waiting for the lead in group " << connection_.topic << ".leader, " << most.count() << " s at most\n";
  });
  if (!lead) return cannot(lead.error());
  lead_ = std::move(*lead);
  const auto first = log::kafka::first_record(connection_, telemetry_);
  if (!first) return cannot(first.error());
  if (!*first) return nullptr;
  auto walk = log::kafka::walk_topic(connection_, codec_, telemetry_, {});
  if (!walk) return CannotImport{walk.error().code == log::OpenError::poison ? kNotSo : kCouldNotRun, walk.error().text};
  walk_ = std::move(*walk);
  return walk_.get();
}

Result<void, CannotImport> TopicTarget::begin(const LogId& log, const Tail& tail) {
  stored_ = tail;
  auto producer = log::kafka::Producer::make(connection_, log, telemetry_, [this](std::span<const log::kafka::Delivered> delivered) {
    const std::lock_guard lock(mutex_);
    for (const auto& one : delivered) {
      delivered_ += one.offset ? 1 : 0;
      if (!one.offset && !undelivered_) undelivered_ = one.refused;
    }
  });
  if (!producer) return fails(cannot(producer.error()));
  producer_ = std::move(*producer);
  return {};
}

Result<void, CannotImport> TopicTarget::append(std::span<const Record> records) {
  for (const Record& record : records) {
    if (auto sent = send(record); !sent) return sent;
    // As long as there is no log there is nothing that could be read back.
    const bool is_full = !walk_ || under_way_.size() >= kUnderWayRecords || bytes_under_way_ >= kUnderWayBytes;
    if (!is_full) continue;
    if (auto waited = walk_ ? wait_until(kUnderWayRecords / 2, kUnderWayBytes / 2) : wait_until(0, 0); !waited) return waited;
  }
  return {};
}

Result<void, CannotImport> TopicTarget::send(const Record& record) {
  if (!lead_->is_held()) return fails({kNotSo, "another took the lead: the rest was not sent"});
  if (auto why = undelivered()) return fails(*std::move(why));
  if (!producer_->produce(record.sequence.value, record)) return fails({kCouldNotRun, "Kafka's client takes no more records"});
  under_way_.push_back({tail_of(record), record.value.size()});
  bytes_under_way_ += record.value.size();
  return {};
}

/// Until no more than so much is under way.
Result<void, CannotImport> TopicTarget::wait_until(std::size_t records, std::size_t bytes) {
  auto heard = SteadyClock::now();
  while (under_way_.size() > records || bytes_under_way_ > bytes) {
    const auto looked = look();
    if (!looked) return fails(looked.error());
    if (*looked) {
      heard = SteadyClock::now();
      continue;
    }
    if (auto why = undelivered()) return fails(*std::move(why));
    if (SteadyClock::now() - heard > kSilenceMost) return fails({kCouldNotRun, "Kafka does not answer: what was sent does not come back"});
    std::this_thread::sleep_for(kLookAgain);
  }
  return {};
}

/// Reads one record back. False: there is none yet.
Result<bool, CannotImport> TopicTarget::look() {
  if (!walk_) {
    {
      const std::lock_guard lock(mutex_);
      if (delivered_ == 0) return false;
    }
    auto walk = log::kafka::walk_topic(connection_, codec_, telemetry_, {});
    if (!walk) return CannotImport{kCouldNotRun, walk.error().text};
    walk_ = std::move(*walk);
  }
  Record found;
  switch (walk_->next(found)) {
    case log::LogWalk::Step::end:
      return false;
    case log::LogWalk::Step::fault:
      return CannotImport{walk_->fault().unreadable ? kCouldNotRun : kNotSo, walk_->fault().text};
    case log::LogWalk::Step::record:
      break;
  }
  const Sent& expected = under_way_.front();
  if (tail_of(found) != expected.tail) {
    return CannotImport{kNotSo, "record " + std::to_string(found.sequence.value) + " (" + walk_->place().text() +
                                    ") was appended by another: what was sent behind it is not part of the log"};
  }
  stored_ = expected.tail;
  bytes_under_way_ -= expected.bytes;
  under_way_.pop_front();
  return true;
}

std::optional<CannotImport> TopicTarget::undelivered() {
  const std::lock_guard lock(mutex_);
  if (!undelivered_) return std::nullopt;
  return CannotImport{kCouldNotRun, "Kafka does not take the records" + (undelivered_->empty() ? "" : ": " + *undelivered_)};
}

}  // namespace

std::unique_ptr<ImportTarget> import_into_topic(const log::kafka::Connection& connection, int replication, const Codec& codec,
                                                Telemetry& telemetry) {
  return std::make_unique<TopicTarget>(connection, replication, codec, telemetry);
}

}  // namespace dialin::cli
