#include "infra/log/kafka/topic_walk.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "infra/log/kafka/reader.h"
#include "infra/log/kafka/stray_account.h"
#include "infra/log/kafka/topic.h"

namespace dialin::log::kafka {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kAnswer_ms = 10'000;
constexpr int kRead_ms = 100;
/// So long a broker may say that the topic does not go on where it did: one that has just come back may not know better.
constexpr std::chrono::milliseconds kBelieve{10'000};
constexpr std::chrono::milliseconds kAskAgain{200};

class TopicWalk : public LogWalk {
 public:
  TopicWalk(std::string topic, std::unique_ptr<Reader> reader, Offset end, Sequence after)
      : topic_(std::move(topic)), reader_(std::move(reader)), end_(end), after_(after), heard_at_(SteadyClock::now()) {
    reader_->begin(0);
  }

  /// Finds the record that founds the log; nothing: the topic holds none.
  std::optional<OpenFailure> find_log(const Codec& codec);

  LogId log() const override { return *log_; }
  Step next(Record& out) override;
  const Fault& fault() const override { return fault_; }
  Place place() const override { return {{}, static_cast<std::uint64_t>(at_)}; }
  const Tail& tail() const override { return tail_; }
  double share_read() const override { return end_ == 0 ? 1 : std::min(1.0, static_cast<double>(examined_) / static_cast<double>(end_)); }
  std::uint64_t strays() const override { return strays_.count(); }
  std::optional<std::string> loss() const override { return strays_.loss(); }

 private:
  Step read(Record& out);
  std::optional<Step> take(FoundRecord& found, Record& out);
  std::optional<Step> read_more();
  std::optional<Step> believe_lost(const std::string& why);
  Step fails(std::string what, bool unreadable);
  Step fails_at(const FoundRecord& found, std::string_view what);

  const std::string topic_;
  const std::unique_ptr<Reader> reader_;
  const Offset end_;  ///< of the topic when the walk began
  const Sequence after_;
  std::optional<LogId> log_;
  std::optional<LogId> first_log_;  ///< what the first record says beside its content
  std::optional<Record> first_;     ///< found and not given yet
  StrayAccount strays_;
  Tail tail_;
  Offset at_ = 0;         ///< of the tail's record
  Offset examined_ = 0;   ///< the first offset that was not looked at
  bool goes_on_ = false;  ///< the end was told once
  Reader::Batch batch_;
  std::size_t taken_ = 0;  ///< of the batch
  SteadyClock::time_point heard_at_;
  std::optional<SteadyClock::time_point> lost_since_;
  Fault fault_;
};

std::optional<OpenFailure> TopicWalk::find_log(const Codec& codec) {
  Record record;
  const Step step = read(record);
  if (step == Step::fault) return OpenFailure{fault_.unreadable ? OpenError::failed : OpenError::poison, fault_.text};
  if (step == Step::end) {
    if (const auto why = strays_.loss()) return OpenFailure{OpenError::poison, "topic " + topic_ + " holds no log's first record: " + *why};
    return OpenFailure{OpenError::failed, "topic " + topic_ + " holds no log: 'dialin init' founds one"};
  }
  const auto created = codec.decode_created(record);
  if (!created) return OpenFailure{OpenError::poison, "record 1 (" + place().text() + "): it does not say which log it founds"};
  if (first_log_ != created->log)
    return OpenFailure{OpenError::poison, "record 1 (" + place().text() + "): it names another log as its source"};
  log_ = created->log;
  first_ = std::move(record);
  return std::nullopt;
}

LogWalk::Step TopicWalk::next(Record& out) {
  for (;;) {
    Step step = Step::record;
    if (first_) {
      out = std::move(*std::exchange(first_, std::nullopt));
    } else {
      step = read(out);
    }
    if (step == Step::end) goes_on_ = true;
    if (step != Step::record || out.sequence > after_) return step;
  }
}

LogWalk::Step TopicWalk::read(Record& out) {
  if (!fault_.text.empty()) return Step::fault;
  for (;;) {
    while (taken_ < batch_.found.size()) {
      FoundRecord& found = batch_.found[taken_];
      if (!goes_on_ && found.offset >= end_) return Step::end;
      ++taken_;
      examined_ = found.offset + 1;
      if (const auto step = take(found, out)) return *step;
    }
    if (batch_.read_to) examined_ = std::max(examined_, *batch_.read_to);
    if (!goes_on_ && examined_ >= end_) return Step::end;
    if (const auto step = read_more()) return *step;
  }
}

std::optional<LogWalk::Step> TopicWalk::take(FoundRecord& found, Record& out) {
  if (!found.record) {
    if (found.previous == tail_.id) return fails_at(found, "it is no record");
    strays_.stray(found, log_);
    return std::nullopt;
  }
  const LinkCheck check = check_link(tail_, *found.record);
  if (check.link == Link::stray) {
    strays_.stray(found, log_);
    return std::nullopt;
  }
  if (check.link == Link::poison) return fails_at(found, check.fault);
  if ((found.record->type == kLogCreated) != (found.record->sequence == Sequence{1}))
    return fails_at(found, "only the first record founds the log, and it must");
  if (!log_) first_log_ = found.log;
  if (log_ && found.log != log_) return fails_at(found, "it names another log as its source");
  if (!found.unhashed_fault.empty()) return fails_at(found, found.unhashed_fault);
  strays_.join(*found.record);
  tail_ = tail_of(*found.record);
  at_ = found.offset;
  out = std::move(*found.record);
  return Step::record;
}

std::optional<LogWalk::Step> TopicWalk::read_more() {
  taken_ = 0;
  reader_->read(goes_on_ ? 0 : kRead_ms, batch_);
  if (batch_.lost) return believe_lost(*batch_.lost);
  if (!batch_.refused.empty()) return fails("topic " + topic_ + " cannot be read: " + batch_.refused, true);
  if (batch_.found.empty() && !batch_.read_to) {
    if (goes_on_) return Step::end;
    if (SteadyClock::now() - heard_at_ < std::chrono::milliseconds(kAnswer_ms)) return std::nullopt;
    return fails("Kafka does not answer: topic " + topic_ + " cannot be read from offset " + std::to_string(examined_) + " on", true);
  }
  heard_at_ = SteadyClock::now();
  lost_since_.reset();
  return std::nullopt;
}

std::optional<LogWalk::Step> TopicWalk::believe_lost(const std::string& why) {
  const auto now = SteadyClock::now();
  if (!lost_since_) lost_since_ = now;
  if (now - *lost_since_ > kBelieve) return fails(why, false);
  std::this_thread::sleep_for(kAskAgain);
  reader_->begin(examined_);
  return goes_on_ ? std::optional(Step::end) : std::nullopt;
}

LogWalk::Step TopicWalk::fails(std::string what, bool unreadable) {
  fault_.text = std::move(what);
  fault_.unreadable = unreadable;
  return Step::fault;
}

LogWalk::Step TopicWalk::fails_at(const FoundRecord& found, std::string_view what) {
  at_ = found.offset;
  const Sequence sequence = tail_.sequence.next();
  const std::string where = place().text();
  fault_ = {"record " + std::to_string(sequence.value) + " (" + where + "): " + std::string(what), false, sequence, where,
            std::string(what)};
  return Step::fault;
}

/// Nothing: its records can be read.
std::optional<OpenFailure> look(const Connection& connection, Telemetry& telemetry) {
  const auto failed = [](const KafkaFailure& failure) {
    return OpenFailure{failure.may_pass ? OpenError::unreachable : OpenError::failed, failure.text};
  };
  auto client = make_producer(connection, telemetry, {});
  if (!client) return failed(client.error());
  const auto state = look_at_topic(client->get(), connection.topic, kAnswer_ms);
  if (!state) return failed(state.error());
  if (state->fault && !state->is_whole) return OpenFailure{state->is_missing ? OpenError::failed : OpenError::poison, *state->fault};
  if (state->fault) telemetry.say(Level::warning, *state->fault);
  return std::nullopt;
}

}  // namespace

Result<std::unique_ptr<LogWalk>, OpenFailure> walk_topic(const Connection& connection, const Codec& codec, Telemetry& telemetry,
                                                         Sequence after) {
  if (auto failure = look(connection, telemetry)) return *failure;
  auto reader = Reader::make(connection, telemetry);
  if (!reader) return OpenFailure{OpenError::failed, reader.error().text};
  const auto end = (*reader)->ask_end(kAnswer_ms);
  if (!end) return OpenFailure{OpenError::unreachable, "Kafka does not tell where topic " + connection.topic + " ends"};
  auto walk = std::make_unique<TopicWalk>(connection.topic, std::move(*reader), *end, after);
  if (auto failure = walk->find_log(codec)) return *failure;
  return walk;
}

}  // namespace dialin::log::kafka
