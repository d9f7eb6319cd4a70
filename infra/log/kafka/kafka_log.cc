#include "infra/log/kafka/kafka_log.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "domain/invariant.h"
#include "infra/log/chain_reader.h"
#include "infra/log/kafka/copy.h"
#include "infra/log/kafka/producer.h"
#include "infra/log/kafka/reader.h"
#include "infra/log/kafka/topic.h"

namespace dialin::log::kafka {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr int kRead_ms = 100;
constexpr int kAsk_ms = 2000;

Result<Tail, LogError> result_of(const GroupOutcome& outcome) {
  if (!outcome.error) return outcome.stored;
  return outcome.records > 0 ? LogError::partly : *outcome.error;
}

class SharedLog : public KafkaLog, private Outside {
 public:
  SharedLog(const KafkaLogOptions& options, Ports ports, std::unique_ptr<Copy> copy, std::unique_ptr<Reader> reader)
      : options_(options),
        ports_(ports),
        copy_(std::move(copy)),
        reader_(std::move(reader)),
        protocol_({*this, ports.clock, ports.random, ports.codec}, protocol_options(options), copy_->start()) {}

  ~SharedLog() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      follow_ = nullptr;
    }
    changed_.notify_all();
    if (reading_thread_.joinable()) reading_thread_.join();
    if (keeping_thread_.joinable()) keeping_thread_.join();
    producer_.reset();
  }

  Result<void, OpenFailure> start() {
    if (auto made = make_producer_again(); !made) return OpenFailure{OpenError::failed, made.error().text};
    reading_thread_ = std::thread([this] { read_on(); });
    keeping_thread_ = std::thread([this] { keep_time(); });
    tell([](Protocol&, Protocol::Time) {});
    return {};
  }

  LogId id() const override { return copy_->index().log(); }
  Tail tail() const override { return copy_->index().tail(); }
  Tail end() const override {
    const std::lock_guard lock(mutex_);
    return protocol_.end();
  }

  void append(std::vector<Record>& group, Appended done) override {
    invariant(!group.empty() && group.size() <= kGroupRecordsMax, "a group has 1 to kGroupRecordsMax records");
    tell([&](Protocol& protocol, Protocol::Time now) {
      // The port lets a first append go without: then it stands on the end as it is.
      if (group.front().previous == RecordId{}) group.front().previous = protocol.end().id;
      protocol.append(
          group, [done = std::move(done)](const GroupOutcome& outcome) { done(result_of(outcome)); }, now);
    });
  }

  std::unique_ptr<RecordReader> read(Sequence from) const override { return std::make_unique<ChainReader>(copy_->index(), from); }
  Result<Record, LogError> at(Sequence sequence) const override { return copy_->index().at(sequence); }

  void confirm_end(Confirmed done) const override {
    tell([&](Protocol& protocol, Protocol::Time now) {
      protocol.confirm_end(
          [&protocol, done = std::move(done)](bool reached) {
            done(reached ? Result<Sequence, LogError>(protocol.kept().sequence) : LogError::unavailable);
          },
          now);
    });
  }

  void elect(bool elected) override {
    tell([&](Protocol& protocol, Protocol::Time now) { protocol.on_elected(elected, now); });
  }
  bool is_shared() const override { return true; }
  bool leads() const override { return leads_.load(std::memory_order_acquire); }
  void follow(std::function<void()> grown) override {
    const std::lock_guard lock(mutex_);
    follow_ = std::move(grown);
  }

  Standing standing() const override {
    const std::lock_guard lock(mutex_);
    return {protocol_.role(),   protocol_.term(),
            protocol_.leader(), protocol_.examined(),
            protocol_.strays(), protocol_.role() == Role::halted ? protocol_.why_halted() : protocol_.why_not_leading()};
  }

  bool wait_to_lead(std::chrono::milliseconds most) const override {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, most, [this] { return protocol_.role() == Role::leading || protocol_.role() == Role::halted; });
    return protocol_.role() == Role::leading;
  }

 private:
  static Protocol::Options protocol_options(const KafkaLogOptions& options) {
    Protocol::Options protocol;
    protocol.node = options.node;
    protocol.url = options.url;
    return protocol;
  }

  /// One input, and what follows from it.
  template <class Input>
  void tell(Input input) const {
    const std::lock_guard lock(mutex_);
    const auto now = SteadyClock::now();
    const Tail before = protocol_.kept();
    const bool led = protocol_.role() == Role::leading;
    input(protocol_, now);
    protocol_.settle(now);
    const bool leads = protocol_.role() == Role::leading;
    leads_.store(leads, std::memory_order_release);
    changed_.notify_all();
    // While it leads, what joins was appended here.
    if (follow_ && !(led && leads) && protocol_.kept() != before) follow_();
  }

  // What the protocol asks for; the mutex is held.

  bool produce(Token token, const Record& record) override { return producer_ && producer_->produce(token, record); }

  void renew_producer() override {
    if (producer_) {
      producer_->silence();
      retired_.push_back(std::move(producer_));
    }
    if (auto made = make_producer_again(); !made) ports_.telemetry.say(Level::error, made.error().text);
  }

  Result<void, KafkaFailure> make_producer_again() {
    auto made = Producer::make(options_.connection, id(), ports_.telemetry, [this](std::span<const Delivered> delivered) {
      tell([&](Protocol& protocol, Protocol::Time now) {
        for (const Delivered& one : delivered) protocol.on_delivered(one.token, one.offset, now);
      });
    });
    if (!made) return made.error();
    producer_ = std::move(*made);
    return {};
  }

  void read_from(Offset from, Reading reading) override {
    wanted_ = {from, reading};
    reads_ = true;
  }
  void stop_reading() override { reads_ = false; }
  void ask_end() override { asked_ = true; }

  Kept keep(std::span<const Record> records, Offset last_at) override {
    return copy_->keep(records, last_at, ports_.codec, ports_.telemetry);
  }

  // Threads.

  void read_on() {
    Reader::Batch batch;
    Reading begun = 0;
    for (;;) {
      std::unique_lock lock(mutex_);
      if (!reads_ && begun != 0) {
        lock.unlock();
        reader_->stop();
        begun = 0;
        continue;
      }
      changed_.wait(lock, [this] { return stopping_ || reads_; });
      if (stopping_) return;
      const auto [from, reading] = wanted_;
      lock.unlock();
      if (std::exchange(begun, reading) != reading) reader_->begin(from);
      reader_->read(kRead_ms, batch);
      if (batch.found.empty() && !batch.read_to && !batch.lost) continue;
      tell([&](Protocol& protocol, Protocol::Time now) {
        if (batch.lost) return protocol.halt(*batch.lost);
        for (FoundRecord& found : batch.found) protocol.on_found(std::move(found), begun, now);
        if (batch.read_to) protocol.on_read_to(*batch.read_to, begun, now);
      });
    }
  }

  void keep_time() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      if (!retired_.empty()) {
        auto ending = std::exchange(retired_, {});
        lock.unlock();  // its thread may be about to tell something
        ending.clear();
        lock.lock();
        continue;
      }
      if (std::exchange(asked_, false)) {
        lock.unlock();
        const auto end = reader_->ask_end(kAsk_ms);
        tell([&](Protocol& protocol, Protocol::Time now) { protocol.on_end(end, now); });
        lock.lock();
        continue;
      }
      const auto due = protocol_.wake_at();
      if (SteadyClock::now() >= due) {
        lock.unlock();
        tell([](Protocol& protocol, Protocol::Time now) { protocol.on_time(now); });
        lock.lock();
        continue;
      }
      const auto wake = std::min(due, SteadyClock::now() + std::chrono::minutes(1));
      changed_.wait_until(lock, wake, [&] { return stopping_ || asked_ || !retired_.empty() || protocol_.wake_at() < due; });
    }
    retired_.clear();
  }

  const KafkaLogOptions options_;
  const Ports ports_;
  const std::unique_ptr<Copy> copy_;
  const std::unique_ptr<Reader> reader_;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  mutable Protocol protocol_;
  std::unique_ptr<Producer> producer_;
  std::vector<std::unique_ptr<Producer>> retired_;
  std::function<void()> follow_;
  mutable std::atomic<bool> leads_{false};
  bool stopping_ = false;
  bool asked_ = false;
  bool reads_ = false;
  struct Wanted {
    Offset from = 0;
    Reading reading = 0;
  } wanted_;

  std::thread reading_thread_;
  std::thread keeping_thread_;
};

}  // namespace

Result<std::unique_ptr<KafkaLog>, OpenFailure> KafkaLog::open(const KafkaLogOptions& options, Ports ports) {
  const auto failed = [](const KafkaFailure& failure) {
    return OpenFailure{failure.may_pass ? OpenError::unreachable : OpenError::failed, failure.text};
  };
  if (auto fit = check_topic(options.connection, ports.telemetry); !fit) return failed(fit.error());
  auto first = first_record(options.connection, ports.telemetry);
  if (!first) return failed(first.error());
  const auto created = *first ? ports.codec.decode_created(**first) : std::nullopt;
  if (!created) return OpenFailure{OpenError::failed, "topic " + options.connection.topic + " holds no log: 'dialin init' founds one"};
  auto copy = Copy::open(ports.files, {options.dir, options.segment_bytes, options.idle}, created->log, ports.codec);
  if (!copy) return copy.error();
  auto reader = Reader::make(options.connection, ports.telemetry);
  if (!reader) return failed(reader.error());
  auto log = std::make_unique<SharedLog>(options, ports, std::move(*copy), std::move(*reader));
  if (auto started = log->start(); !started) return started.error();
  return std::unique_ptr<KafkaLog>(std::move(log));
}

}  // namespace dialin::log::kafka
