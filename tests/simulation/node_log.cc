#include "simulation/node_log.h"

#include <algorithm>
#include <utility>

namespace dialin::simulation {

using log::kafka::GroupOutcome;
using log::kafka::Kept;
using log::kafka::Offset;
using log::kafka::Protocol;
using log::kafka::Role;

Sequence CopyOnDisk::readable(const Codec& codec) const {
  if (records.empty() || records.back().type != record_type_of(EventName::deleted)) return {records.size()};
  const auto event = codec.decode(records.back());
  return {records.size() - (event && event->moved_to ? 1 : 0)};
}

class NodeLog::Reader : public RecordReader {
 public:
  Reader(const NodeLog& log, Sequence from) : log_(log), from_(from) {}
  Next next(Record& out) override {
    if (from_ > log_.tail().sequence) return Next::end;
    out = log_.ports_.disk.records[from_.value - 1];
    from_ = from_.next();
    return Next::record;
  }
  std::string fault() const override { return {}; }

 private:
  const NodeLog& log_;
  Sequence from_;
};

NodeLog::NodeLog(Ports ports, const std::string& node)
    : ports_(std::move(ports)),
      node_(node),
      random_(ports_.world),
      protocol_({*this, ports_.clock, random_, ports_.world.codec}, options_of(ports_.world, node),
                start_on(ports_.disk, ports_.world.codec)),
      producer_(ports_.partition.new_producer()) {
  tell([](Protocol&, Time) {});
}

NodeLog::~NodeLog() {
  ports_.partition.give_up(producer_);
}

Protocol::Options NodeLog::options_of(const World& world, const std::string& node) {
  Protocol::Options options;
  options.node = node;
  options.url = "http://" + node;
  options.guards = world.options.guards;
  return options;
}

Protocol::Start NodeLog::start_on(const CopyOnDisk& disk, const Codec& codec) {
  Protocol::Start start;
  if (!disk.places.empty()) {
    const auto [index, at] = disk.places.back();
    start.tail = tail_of(disk.records[index]);
    start.last = disk.records[index];
    start.at = at;
  }
  const Sequence readable = disk.readable(codec);
  if (readable.value > 0) start.kept = tail_of(disk.records[readable.value - 1]);
  for (const Record& record : disk.records) {
    if (record.type != kLogOpened) continue;
    const auto opened = codec.decode_opened(record);
    if (!opened) continue;
    start.term = std::max(start.term, opened->term);
    if (record.sequence <= start.tail.sequence) start.leader = opened;
  }
  return start;
}

template <class Input>
void NodeLog::tell(Input input) const {
  const Time now = ports_.world.now;
  const bool led = protocol_.role() == Role::leading;
  input(protocol_, now);
  protocol_.settle(now);
  const bool leads = protocol_.role() == Role::leading;
  if (leads && !led) ++ports_.world.counts.leads;
  if (leads != led) {
    ports_.world.note([&] {
      return node_ + (leads ? " leads, term " + std::to_string(protocol_.term()) : " leads no more") + ", end " +
             std::to_string(protocol_.end().sequence.value);
    });
  }
  if (protocol_.role() == Role::halted) ports_.world.blame(node_ + " halted: " + protocol_.why_halted());
}

Tail NodeLog::tail() const {
  ports_.meanwhile();
  return protocol_.kept();
}

Tail NodeLog::end() const {
  ports_.meanwhile();
  return protocol_.end();
}

bool NodeLog::leads() const {
  ports_.meanwhile();
  return protocol_.leads();
}

void NodeLog::append(std::vector<Record>& group, Appended done) {
  ports_.meanwhile();
  tell([&](Protocol& protocol, Time now) {
    protocol.append(
        group,
        [done = std::move(done)](const GroupOutcome& outcome) {
          if (!outcome.error) return done(outcome.stored);
          done(outcome.records > 0 ? LogError::partly : *outcome.error);
        },
        now);
  });
}

std::unique_ptr<RecordReader> NodeLog::read(Sequence from) const {
  return std::make_unique<Reader>(*this, from);
}

Result<Record, LogError> NodeLog::at(Sequence sequence) const {
  if (sequence.value < 1 || sequence.value > ports_.disk.records.size()) return LogError::not_found;
  return ports_.disk.records[sequence.value - 1];
}

void NodeLog::confirm_end(Confirmed done) const {
  ports_.meanwhile();
  tell([&](Protocol& protocol, Time now) {
    protocol.confirm_end(
        [&protocol, done = std::move(done)](bool reached) {
          done(reached ? Result<Sequence, LogError>(protocol.kept().sequence) : LogError::unavailable);
        },
        now);
  });
}

void NodeLog::elect(bool elected) {
  tell([&](Protocol& protocol, Time now) { protocol.on_elected(elected, now); });
}

void NodeLog::step(bool faults) {
  // Of what can happen to it, one thing.
  enum Thing : std::uint8_t { report, answer, time, reading };
  Thing things[4];
  std::size_t count = 0;
  if (ports_.partition.has_report(producer_)) things[count++] = report;
  if (asked_ || end_answer_) things[count++] = answer;
  if (protocol_.wake_at() <= ports_.world.now) things[count++] = time;
  if (reads_ && ports_.partition.is_up()) things[count++] = reading;
  if (count == 0) return;
  switch (things[ports_.world.below(count)]) {
    case report:
      return hear_report(faults);
    case answer:
      return answer_end(faults);
    case time:
      return tell([](Protocol& protocol, Time now) { protocol.on_time(now); });
    case reading:
      return read_on(faults);
  }
}

void NodeLog::hear_report(bool faults) {
  std::vector<Report> reports;
  for (std::size_t most = 1 + ports_.world.below(3); most > 0; --most) {
    if (const auto report = ports_.partition.next_report(producer_)) reports.push_back(*report);
  }
  // One may overtake the one before.
  if (faults && ports_.world.one_in(40)) std::reverse(reports.begin(), reports.end());
  tell([&](Protocol& protocol, Time now) {
    for (const Report& report : reports) protocol.on_delivered(report.token, report.offset, now);
  });
}

void NodeLog::answer_end(bool faults) {
  if (end_answer_) {
    tell([&](Protocol& protocol, Time now) { protocol.on_end(*std::exchange(end_answer_, std::nullopt), now); });
  } else if (asked_) {
    asked_ = false;
    if (!ports_.partition.is_up() || (faults && ports_.world.one_in(10))) {
      return tell([](Protocol& protocol, Time now) { protocol.on_end(std::nullopt, now); });
    }
    // As infra/log/kafka/end_asker.h: a record of one's own, where several brokers must take it, or a look.
    end_answer_ = asked_firmly_ && ports_.confirms_by_append ? ports_.partition.add_mark() : ports_.partition.end();
  }
}

void NodeLog::read_on(bool faults) {
  // Now and then the last ones come again, or what was read for an earlier reading comes late.
  if (faults && ports_.world.one_in(40)) cursor_ = std::max(begun_at_, cursor_ - static_cast<Offset>(ports_.world.below(4)));
  const auto reading = faults && ports_.world.one_in(60) ? reading_ - 1 : reading_;
  const Offset began = cursor_;
  tell([&](Protocol& protocol, Time now) {
    for (std::size_t most = 1 + ports_.world.below(4); most > 0 && cursor_ < ports_.partition.end(); --most) {
      protocol.on_found(ports_.partition.records()[static_cast<std::size_t>(cursor_++)], reading, now);
    }
    if (cursor_ == ports_.partition.end()) protocol.on_read_to(cursor_, reading, now);
    if (reading != reading_) cursor_ = began;
  });
}

bool NodeLog::produce(log::kafka::Token token, const Record& record) {
  if (!is_calm && ports_.world.one_in(500)) return false;
  ports_.partition.send(producer_, token, record);
  return true;
}

void NodeLog::renew_producer() {
  ports_.partition.give_up(producer_);
  producer_ = ports_.partition.new_producer();
}

void NodeLog::ask_end(bool firmly) {
  asked_ = true;
  asked_firmly_ = firmly;
}

void NodeLog::read_from(Offset from, log::kafka::Reading reading) {
  reads_ = true;
  cursor_ = begun_at_ = from;
  reading_ = reading;
}

/// What is blamed is not kept: the history ends with this step, and nothing is to be built on it.
Kept NodeLog::keep(std::span<const Record> records, Offset last_at) {
  auto& kept = ports_.disk.records;
  if (ports_.disk.is_full) return Kept::no_room;
  for (const Record& record : records) {
    if (!ports_.truth.holds(record.sequence, record.id)) {
      ports_.world.blame(node_ + " keeps a record that is not on the chain");
      return Kept::no_room;
    }
    if (record.sequence.value > kept.size() + 1) {
      ports_.world.blame(node_ + " leaves out a record");
      return Kept::no_room;
    }
    if (record.sequence.value == kept.size() + 1) kept.push_back(record);
    if (kept[record.sequence.value - 1].id != record.id) return Kept::diverged;
  }
  auto& places = ports_.disk.places;
  if (places.empty() || ports_.world.one_in(4)) places.emplace_back(records.back().sequence.value - 1, last_at);
  return Kept::done;
}

}  // namespace dialin::simulation
