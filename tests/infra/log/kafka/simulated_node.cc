#include "simulated_node.h"

#include <algorithm>
#include <utility>

namespace dialin::log::kafka {

SimulatedNode::SimulatedNode(std::string name, SimulatedPartition& partition, Draw& draw, const Codec& codec, const Guards& guards,
                             Verdict& verdict)
    : name_(std::move(name)), partition_(partition), draw_(draw), codec_(codec), guards_(guards), verdict_(verdict), random_(draw) {
  begin();
}

void SimulatedNode::begin() {
  ++life_;
  producer_ = partition_.new_producer();
  reads_ = asked_ = false;
  end_answer_.reset();
  Protocol::Start start;
  while (!notes_.empty() && notes_.back().first >= copy_.size()) notes_.pop_back();
  if (!notes_.empty()) {
    const auto [index, at] = notes_.back();
    start.tail = tail_of(copy_[index]);
    start.last = copy_[index];
    start.at = at;
  }
  if (!copy_.empty()) start.kept = tail_of(copy_.back());
  for (const Record& record : copy_) {
    if (const auto opened = codec_.decode_opened(record)) start.term = std::max(start.term, opened->term);
  }
  Protocol::Options options;
  options.node = name_;
  options.url = "http://" + name_;
  options.guards = guards_;
  protocol_ = std::make_unique<Protocol>(Protocol::Ports{*this, clock, random_, codec_}, options, start);
}

void SimulatedNode::step(Time now, bool faults) {
  switch (draw_() % 5) {
    case 0:
      hear_report(now, faults);
      break;
    case 1:
      answer_end(now, faults);
      break;
    case 2:
      protocol_->on_time(now);
      break;
    default:
      read_one(now);
  }
  protocol_->settle(now);
}

void SimulatedNode::hear_report(Time now, bool faults) {
  const auto report = partition_.next_report(producer_);
  if (!report) return;
  // A report may overtake the one before.
  if (faults && one_in(draw_, 40)) {
    const auto producer = producer_;
    if (const auto later = partition_.next_report(producer)) {
      protocol_->on_delivered(later->token, later->offset, now);
      if (producer != producer_) return;
    }
  }
  protocol_->on_delivered(report->token, report->offset, now);
}

void SimulatedNode::answer_end(Time now, bool faults) {
  if (end_answer_) {
    protocol_->on_end(*std::exchange(end_answer_, std::nullopt), now);
  } else if (asked_) {
    asked_ = false;
    if (faults && one_in(draw_, 10)) return protocol_->on_end(std::nullopt, now);
    end_answer_ = partition_.end();
  }
}

void SimulatedNode::read_one(Time now) {
  if (!reads_) return;
  if (cursor_ >= partition_.end()) return protocol_->on_read_to(partition_.end(), reading_, now);
  const FoundRecord found = partition_.records()[static_cast<std::size_t>(cursor_++)];
  protocol_->on_found(found, reading_, now);
}

void SimulatedNode::elect(bool elected, Time now) {
  protocol_->on_elected(elected, now);
  protocol_->settle(now);
}

std::vector<Record> SimulatedNode::group(bool identical) {
  std::vector<Record> records(1 + (identical ? 0 : draw_() % 3));
  Instant time = protocol_->end().time;
  for (Record& record : records) {
    record.type = record_type_of(EventName::updated);
    record.tenant = TenantId{{1}};
    record.config.emplace();
    if (!identical) random_.fill(record.config->bytes);
    record.time = time = next_time(clock.now(), time);
    record.value = "{}";
  }
  if (!identical && records.size() == 2) {
    auto creation = std::make_shared<Event>();
    creation->tenant = *records[0].tenant;
    creation->config_id = *records[1].config;
    creation->version = {1};
    creation->config.category = Category::pin_dialin;
    creation->actor = creation->request_id = "a";
    creation->moved_from = *records[0].config;
    Event deletion = *creation;
    deletion.name = EventName::deleted;
    deletion.config_id = *records[0].config;
    deletion.moved_from.reset();
    deletion.moved_to = creation;
    deletion.created_at = Instant{1};
    deletion.created_sequence = Sequence{1};
    records[0].type = record_type_of(EventName::deleted);
    records[1].type = record_type_of(EventName::created);
    records[1].time = {records[0].time.us + 1};
    for (Record& record : records) record.value.clear();
    codec_.encode(deletion, records[0].value);
    codec_.encode(*creation, records[1].value);
  }
  records.front().previous = protocol_->end().id;
  return records;
}

void SimulatedNode::write(Time now, bool identical) {
  if (protocol_->role() != Role::leading) return;
  auto records = std::make_shared<std::vector<Record>>(group(identical));
  auto ids = std::make_shared<std::vector<RecordId>>();
  protocol_->append(
      *records,
      [this, ids, life = life_](const GroupOutcome& outcome) {
        if (life != life_ || outcome.error == LogError::unknown) return;
        for (std::size_t i = 0; i < ids->size(); ++i) {
          const RecordId& id = (*ids)[i];
          if (i >= outcome.records) {
            ++verdict_.denied;
            partition_.deny(id);
            continue;
          }
          ++verdict_.stored;
          if (!partition_.is_on_chain(id)) verdict_.blame(name_ + " said that a record is stored which is not on the chain");
          if (!verdict_.claimed.insert(id).second) verdict_.blame(name_ + " said of two writes that one record is theirs");
        }
      },
      now);
  // Refused ones have no ids: nothing was produced.
  for (const Record& record : *records) {
    if (record.id != RecordId{}) ids->push_back(record.id);
  }
  protocol_->settle(now);
}

void SimulatedNode::read_strongly(Time now) {
  protocol_->confirm_end(
      [this, life = life_, at_least = partition_.tail().sequence](bool reached) {
        if (!reached || life != life_) return;
        ++verdict_.strong_reads;
        if (protocol_->kept().sequence < at_least) verdict_.blame(name_ + " answered a strong read from the past");
      },
      now);
  protocol_->settle(now);
}

void SimulatedNode::crash(Time) {
  partition_.give_up(producer_);
  const std::size_t synced = copy_.empty() ? 0 : draw_() % (copy_.size() + 1);
  copy_.resize(synced);
  begin();
}

bool SimulatedNode::produce(Token token, const Record& record) {
  if (!at_peace && one_in(draw_, 500)) return false;
  partition_.send(producer_, token, record);
  return true;
}

void SimulatedNode::renew_producer() {
  partition_.give_up(producer_);
  producer_ = partition_.new_producer();
}

void SimulatedNode::read_from(Offset from, Reading reading) {
  reads_ = true;
  cursor_ = from;
  reading_ = reading;
}

Kept SimulatedNode::keep(std::span<const Record> records, Offset last_at) {
  if (disk_is_full) return Kept::no_room;
  std::size_t at = 0;
  for (const Record& record : records) {
    at = record.sequence.value - 1;
    if (at >= partition_.chain().size() || partition_.chain()[at] != record.id)
      verdict_.blame(name_ + " keeps a record that is not on the chain");
    if (at > copy_.size()) verdict_.blame(name_ + " leaves out a record");
    if (at == copy_.size()) copy_.push_back(record);
    if (at < copy_.size() && copy_[at].id != record.id) return Kept::diverged;
  }
  if (notes_.empty() || one_in(draw_, 4)) notes_.emplace_back(at, last_at);
  return Kept::done;
}

}  // namespace dialin::log::kafka
