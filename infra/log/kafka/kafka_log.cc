#include "infra/log/kafka/kafka_log.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "domain/invariant.h"
#include "infra/log/kafka/copy.h"
#include "infra/log/kafka/election.h"
#include "infra/log/kafka/end_asker.h"
#include "infra/log/kafka/producer.h"
#include "infra/log/kafka/reader.h"
#include "infra/log/kafka/refusals.h"
#include "infra/log/kafka/topic.h"
#include "infra/log/kafka/topic_watch.h"
#include "infra/log/kafka/whole_reader.h"

namespace dialin::log::kafka {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr int kRead_ms = 100;
/// Longer than it takes another to be elected.
constexpr std::chrono::seconds kUnfitAfterRefusal{10};

Result<Tail, LogError> result_of(const GroupOutcome& outcome) {
  if (!outcome.error) return outcome.stored;
  return outcome.records > 0 ? LogError::partly : *outcome.error;
}

class SharedLog : public KafkaLog, private Outside {
 public:
  SharedLog(const KafkaLogOptions& options, Ports ports, std::unique_ptr<Copy> copy, std::unique_ptr<Reader> reader,
            std::unique_ptr<Reader> end_reader)
      : options_(options),
        ports_(ports),
        copy_(std::move(copy)),
        reader_(std::move(reader)),
        end_reader_(std::move(end_reader)),
        protocol_({*this, ports.clock, ports.random, ports.codec}, protocol_options(options), copy_->start(ports.codec)),
        term_at_start_(protocol_.term()),
        tail_(protocol_.kept()) {}

  ~SharedLog() override {
    election_.reset();
    watch_.reset();
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      follow_ = nullptr;
    }
    reading_changed_.notify_all();
    time_changed_.notify_all();
    if (reading_thread_.joinable()) reading_thread_.join();
    if (keeping_thread_.joinable()) keeping_thread_.join();
    if (asker_) asker_->stop();
    end_producers();
  }

  Result<void, OpenFailure> start() {
    if (auto made = make_producer_again(); !made) return OpenFailure{OpenError::failed, made.error().text};
    asker_ = std::make_unique<EndAsker>(
        *end_reader_, EndAsker::Options{options_.connection, id(), options_.confirms_by_append}, ports_.random, ports_.telemetry,
        [this](std::optional<Offset> end) { tell([&](Protocol& protocol, Protocol::Time now) { protocol.on_end(end, now); }); });
    auto watch = TopicWatch::make(options_.connection, ports_.telemetry, [this](const std::string& why) {
      tell([&](Protocol& protocol, Protocol::Time) { protocol.halt(why); });
    });
    if (!watch) return OpenFailure{OpenError::failed, watch.error().text};
    watch_ = std::move(*watch);
    reading_thread_ = std::thread([this] { read_on(); });
    keeping_thread_ = std::thread([this] { keep_time(); });
    tell([](Protocol&, Protocol::Time) {});
    return {};
  }

  LogId id() const override { return copy_->index().log(); }
  Tail tail() const override {
    const std::lock_guard lock(tail_mutex_);
    return tail_;
  }
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
          group,
          [this, now, records = group.size(), done = std::move(done)](const GroupOutcome& outcome) {
            count(outcome, records, now);
            done(result_of(outcome));
          },
          now);
    });
  }

  std::unique_ptr<RecordReader> read(Sequence from) const override { return std::make_unique<WholeReader>(*this, copy_->index(), from); }
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

  Result<void, OpenFailure> stand(std::function<bool()> is_fit) override {
    auto election =
        Election::make(options_.connection, ports_.telemetry,
                       {[this, is_fit = std::move(is_fit)] { return is_fit() && is_fit_itself(); },
                        [this](bool elected) { elect(elected); }, [this](const std::string& why) { refusals_.note(Deed::lead, why); }});
    if (!election) return OpenFailure{OpenError::failed, election.error().text};
    election_ = std::move(*election);
    return {};
  }

  void step_aside(std::chrono::milliseconds most) override {
    elect(false);
    {
      std::unique_lock lock(mutex_);
      role_changed_.wait_for(lock, most, [this] { return protocol_.role() != Role::leading; });
    }
    election_.reset();
  }

  bool is_shared() const override { return true; }
  bool leads() const override { return leads_.load(std::memory_order_acquire); }
  void follow(std::function<void()> grown) override {
    const std::lock_guard lock(mutex_);
    follow_ = std::move(grown);
  }

  Standing standing() const override {
    const std::lock_guard lock(mutex_);
    Standing standing;
    standing.role = protocol_.role();
    standing.term = protocol_.term();
    standing.leader = protocol_.leader();
    standing.leader_is_here = protocol_.leader_is_here();
    standing.leads_in_our_name =
        standing.leader && !standing.leader_is_here && standing.leader->url == options_.url && standing.leader->term > term_at_start_;
    standing.unread = protocol_.unread();
    standing.is_fit = protocol_.is_fit(SteadyClock::now());
    standing.refusals = refusals_.sentences();
    standing.has_room = protocol_.has_room();
    standing.unheard = std::chrono::duration_cast<std::chrono::seconds>(SteadyClock::now() - protocol_.end_heard_at());
    standing.why = standing.role == Role::halted ? protocol_.why_halted() : protocol_.why_not_leading();
    return standing;
  }

  bool wait_to_lead(std::chrono::milliseconds most) const override {
    std::unique_lock lock(mutex_);
    role_changed_.wait_for(lock, most, [this] { return protocol_.role() == Role::leading || protocol_.role() == Role::halted; });
    return protocol_.role() == Role::leading;
  }

 private:
  static Protocol::Options protocol_options(const KafkaLogOptions& options) {
    Protocol::Options protocol;
    protocol.node = options.node;
    protocol.url = options.url;
    return protocol;
  }

  bool is_fit_itself() const {
    if (refusals_.since(Deed::write)) return false;
    const std::lock_guard lock(mutex_);
    return protocol_.is_fit(SteadyClock::now());
  }

  /// One input, and what follows from it.
  template <class Input>
  void tell(Input input) const {
    const std::lock_guard lock(mutex_);
    const auto now = SteadyClock::now();
    const Tail before = protocol_.kept();
    const auto strays = protocol_.strays();
    const Role role = protocol_.role();
    input(protocol_, now);
    protocol_.settle(now);
    ports_.telemetry.set(Gauge::term, static_cast<double>(protocol_.term()));  // who follows hears of others' terms
    leads_.store(protocol_.leads(), std::memory_order_release);
    if (protocol_.role() != role) tell_role();
    if (protocol_.wake_at() < sleeps_until_) time_changed_.notify_all();
    if (protocol_.strays() != strays) ports_.telemetry.add(Counter::log_strays, protocol_.strays() - strays);
    if (protocol_.kept() == before) return;
    ports_.telemetry.set(Gauge::log_end, static_cast<double>(protocol_.kept().sequence.value));
    // While it leads, what joins was appended here.
    if (follow_ && !(role == Role::leading && protocol_.role() == Role::leading)) follow_();
  }

  void tell_role() const {
    role_changed_.notify_all();
    const Role role = protocol_.role();
    ports_.telemetry.set(Gauge::leads, role == Role::leading ? 1 : 0);
    if (role == Role::halted) ports_.telemetry.say(Level::error, "the log is followed no further: " + protocol_.why_halted());
    if (role == Role::leading) ports_.telemetry.say(Level::info, "this node leads, in term " + std::to_string(protocol_.term()));
    std::string why = protocol_.why_not_leading();
    for (const std::string& refusal : refusals_.sentences()) why = refusal;
    if (role == Role::following) ports_.telemetry.say(Level::info, "this node follows" + (why.empty() ? why : ": " + why));
  }

  void count(const GroupOutcome& outcome, std::size_t records, Protocol::Time appended) const {
    Telemetry& telemetry = ports_.telemetry;
    if (outcome.error) return telemetry.add(Counter::log_append_failures);
    telemetry.add(Counter::events_appended, records);
    telemetry.add(Counter::groups_appended);
    telemetry.observe(Histogram::append_seconds, std::chrono::duration<double>(SteadyClock::now() - appended).count());
    telemetry.observe(Histogram::group_records, static_cast<double>(records));
  }

  // What the protocol asks for; the mutex is held.

  bool produce(Token token, const Record& record) override { return producer_ && producer_->produce(token, record); }

  void renew_producer() override {
    if (producer_) {
      producer_->silence();
      retired_.push_back(std::move(producer_));
      time_changed_.notify_all();
    }
    if (stopping_) return;
    if (auto made = make_producer_again(); !made) ports_.telemetry.say(Level::error, made.error().text);
  }

  /// The last threads that may tell something, and ask for a new producer by it. Not under the lock.
  void end_producers() {
    std::vector<std::unique_ptr<Producer>> ending;
    {
      const std::lock_guard lock(mutex_);
      ending = std::exchange(retired_, {});
      ending.push_back(std::move(producer_));
    }
  }

  /// A producer that is refused once may be refused for ever.
  void try_to_write_again() {
    const auto since = refusals_.since(Deed::write);
    if (!since || *since < kUnfitAfterRefusal || protocol_.role() != Role::following) return;
    refusals_.note(Deed::write, {});
    renew_producer();
  }

  Result<void, KafkaFailure> make_producer_again() {
    auto made = Producer::make(options_.connection, id(), ports_.telemetry, [this](std::span<const Delivered> delivered) {
      for (const Delivered& one : delivered) {
        if (one.offset || !one.refused.empty()) refusals_.note(Deed::write, one.refused);
      }
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
    reading_changed_.notify_all();
  }
  void stop_reading() override { reads_ = false; }
  void ask_end(bool firmly) override { asker_->ask(firmly); }

  Kept keep(std::span<const Record> records, Offset last_at) override {
    const Kept kept = copy_->keep(records, last_at, ports_.codec, ports_.telemetry);
    if (kept != Kept::done) return kept;
    const std::lock_guard lock(tail_mutex_);
    // While the beginning of the copy is compared it is ahead.
    if (tail_.sequence < records.back().sequence) tail_ = tail_of(records.back());
    return kept;
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
      reading_changed_.wait(lock, [this] { return stopping_ || reads_; });
      if (stopping_) return;
      const auto [from, reading] = wanted_;
      lock.unlock();
      if (std::exchange(begun, reading) != reading) reader_->begin(from);
      reader_->read(kRead_ms, batch);
      if (!batch.found.empty() || batch.read_to || !batch.refused.empty()) refusals_.note(Deed::read, batch.refused);
      if (batch.found.empty() && !batch.read_to && !batch.lost) continue;
      tell([&](Protocol& protocol, Protocol::Time now) {
        if (batch.lost) return protocol.on_reading_lost(*batch.lost, begun, now);
        for (FoundRecord& found : batch.found) protocol.on_found(std::move(found), begun, now);
        if (batch.read_to) protocol.on_read_to(*batch.read_to, begun, now);
      });
    }
  }

  void keep_time() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
      try_to_write_again();
      auto ending = std::exchange(retired_, {});
      const bool is_due = SteadyClock::now() >= protocol_.wake_at();
      lock.unlock();
      ending.clear();  // not under the lock: a producer's thread may be about to tell something
      if (is_due) tell([](Protocol& protocol, Protocol::Time now) { protocol.on_time(now); });
      lock.lock();
      // Not for ever: a clock that waits for the end of time may overflow.
      sleeps_until_ = std::min(protocol_.wake_at(), SteadyClock::now() + std::chrono::minutes(1));
      time_changed_.wait_until(lock, sleeps_until_,
                               [this] { return stopping_ || !retired_.empty() || protocol_.wake_at() < sleeps_until_; });
    }
  }

  const KafkaLogOptions options_;
  const Ports ports_;
  const std::unique_ptr<Copy> copy_;
  const std::unique_ptr<Reader> reader_;
  /// A broker answers the requests of a connection one after the other, and the last one of who reads on waits until there is something.
  const std::unique_ptr<Reader> end_reader_;

  mutable std::mutex mutex_;
  mutable std::condition_variable reading_changed_;
  mutable std::condition_variable time_changed_;
  mutable std::condition_variable role_changed_;
  mutable Protocol protocol_;
  const std::uint64_t term_at_start_;
  mutable std::mutex tail_mutex_;  ///< held within mutex_, and by callers of tail() alone
  mutable Tail tail_;
  std::unique_ptr<Producer> producer_;
  std::vector<std::unique_ptr<Producer>> retired_;
  std::function<void()> follow_;
  Refusals refusals_;
  mutable std::atomic<bool> leads_{false};
  bool stopping_ = false;
  bool reads_ = false;
  struct Wanted {
    Offset from = 0;
    Reading reading = 0;
  } wanted_;
  SteadyClock::time_point sleeps_until_ = SteadyClock::time_point::max();  ///< the thread that keeps time

  std::unique_ptr<EndAsker> asker_;
  std::unique_ptr<TopicWatch> watch_;
  std::unique_ptr<Election> election_;  ///< made and gone on the main thread
  std::thread reading_thread_;
  std::thread keeping_thread_;
};

}  // namespace

Result<std::unique_ptr<KafkaLog>, OpenFailure> KafkaLog::open(const KafkaLogOptions& options, Ports ports,
                                                              const PrepareCopy& prepare_copy) {
  const auto failed = [](const KafkaFailure& failure) {
    return OpenFailure{failure.may_pass ? OpenError::unreachable : OpenError::failed, failure.text};
  };
  const std::string gone = is_copy(options.dir) ? ", but " + options.dir + " is a copy of one: log-diverged" : ": 'dialin init' founds one";
  if (auto fit = check_topic(options.connection, ports.telemetry, gone); !fit) return failed(fit.error());
  auto first = first_record(options.connection, ports.telemetry);
  if (!first) return failed(first.error());
  const auto created = *first ? ports.codec.decode_created(**first) : std::nullopt;
  if (!created) return OpenFailure{OpenError::failed, "topic " + options.connection.topic + " holds no log" + gone};
  if (prepare_copy) {
    if (auto prepared = prepare_copy(created->log); !prepared) return std::move(prepared).error();
  }
  auto copy = Copy::open(ports.files, {options.dir, options.segment_bytes, options.idle}, created->log, ports.codec);
  if (!copy) return copy.error();
  auto reader = Reader::make(options.connection, ports.telemetry);
  if (!reader) return failed(reader.error());
  auto end_reader = Reader::make(options.connection, ports.telemetry);
  if (!end_reader) return failed(end_reader.error());
  auto log = std::make_unique<SharedLog>(options, ports, std::move(*copy), std::move(*reader), std::move(*end_reader));
  if (auto started = log->start(); !started) return started.error();
  return std::unique_ptr<KafkaLog>(std::move(log));
}

}  // namespace dialin::log::kafka
