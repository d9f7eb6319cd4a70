#include "infra/log/kafka/protocol.h"

#include <algorithm>
#include <utility>

#include "domain/event.h"
#include "domain/invariant.h"

namespace dialin::log::kafka {
std::string_view name_of(Role role) {
  switch (role) {
    case Role::following:
      return "following";
    case Role::catching_up:
      return "catching_up";
    case Role::opening:
      return "opening";
    case Role::leading:
      return "leading";
    case Role::halted:
      return "halted";
  }
  return "unknown";
}

Protocol::Protocol(Ports ports, Options options, Start start)
    : ports_(ports),
      options_(std::move(options)),
      term_(start.term),
      leader_(start.leader),
      tail_(start.tail),
      examined_(start.last ? start.at + 1 : 0),
      tail_at_(start.at),
      kept_(start.kept) {
  if (start.last) note_half_done(*start.last);
}

void Protocol::on_delivered(Token token, std::optional<Offset> offset, Time now) {
  now_ = now;
  if (role_ == Role::halted || token < next_report_) return;  // of a producer that was given up
  if (token != next_report_++ || !offset || *offset < 0) return step_down({});
  // What was read already has left the pipeline.
  if (!pipeline_.empty() && token >= pipeline_.front().token) pipeline_[token - pipeline_.front().token].landed = offset;
  take_landed();
}

/// Only the oldest record can be taken, and only when all before it was looked at: else somebody else's may have come first.
void Protocol::take_landed() {
  while (role_ == Role::leading && !pipeline_.empty() && pipeline_.front().landed) {
    const Offset landed = *pipeline_.front().landed;
    if (options_.guards.looks_into_gaps && landed > examined_) return;  // wants_reading()
    if (landed < examined_) return step_down({});                       // it was looked at, and was not what was produced
    const Record record = std::move(pipeline_.front().record);
    pipeline_.front().record.id = record.id;
    examined_ = landed + 1;
    join(record, landed);
  }
  give_up_when_idle();
}

void Protocol::on_found(FoundRecord found, Reading reading, Time now) {
  now_ = now;
  if (!reading_ || reading != reading_number_) return;
  if (!root_.is_found) return find_root(found);
  if (found.offset < examined_) return;
  if (joins(found)) {
    examined_ = found.offset + 1;
    const bool was_opening = role_ == Role::opening;
    join(*found.record, found.offset);
    if (was_opening && role_ == Role::leading) check_clock(found.stamped);
  } else if (role_ != Role::halted) {
    examined_ = found.offset + 1;
    if (!found.is_mark) ++strays_;
  }
  take_landed();
}

void Protocol::find_root(const FoundRecord& found) {
  if (found.offset != root_.at || !found.record || found.record->id != root_.id) return halt(not_rooted());
  root_.is_found = true;
  lost_since_.reset();
}

std::string Protocol::not_rooted() const {
  return "log-diverged: the topic does not hold record " + std::to_string(std::max(tail_.sequence, kept_.sequence).value) +
         " as it is kept here: it is another log, or one that was cut";
}

bool Protocol::joins(const FoundRecord& found) {
  const auto poison = [&](std::string_view what) {
    halt("the record at offset " + std::to_string(found.offset) + " stands where record " + std::to_string(tail_.sequence.next().value) +
         " belongs, but " + std::string(what));
    return false;
  };
  if (!found.record) return found.previous == tail_.id && poison("it is none");
  if (!options_.guards.chains_by_id) return found.record->sequence == tail_.sequence.next();
  const LinkCheck check = check_link(tail_, *found.record);
  if (check.link == Link::poison) return poison(check.fault);
  if (check.link == Link::next && is_event_type(found.record->type)) {
    if (const auto event = ports_.codec.decode(*found.record); !event)
      return poison(std::string("it is no event: ") + std::string(event.error().why));
  }
  return check.link == Link::next;
}

void Protocol::join(const Record& record, Offset at) {
  tail_ = tail_of(record);
  joined_before_at_ = std::exchange(tail_at_, at);
  unkept_.push_back(record);
  note_half_done(record);
  if (record.type == kLogOpened) {
    leader_ = ports_.codec.decode_opened(record);
    leader_is_here_ = std::find(own_openings_.begin(), own_openings_.end(), record.id) != own_openings_.end();
    if (leader_) term_ = std::max(term_, leader_->term);
  }
  later(unanswered_.settle(record));
  const bool is_own = !pipeline_.empty() && pipeline_.front().record.id == record.id;
  if (is_own) pipeline_.pop_front();
  // Also when nothing of ours is under way: somebody else has taken the lead.
  if (!is_own && (role_ == Role::leading || role_ == Role::opening)) {
    Bytes16 random{};
    ports_.random.fill(random);
    // Two that open in turn would never come to an end in step.
    return step_down(options_.back_off + options_.back_off * random[0] / 256);
  }
  if (opening_ != record.id) return;
  opening_.reset();
  role_ = Role::leading;
  why_not_leading_.clear();
  look_at_ = now_ + options_.look;
}

void Protocol::note_half_done(const Record& record) {
  half_done_.reset();
  if (record.type != record_type_of(EventName::deleted)) return;
  const auto event = ports_.codec.decode(record);
  if (!event) return halt("record " + std::to_string(record.sequence.value) + " is no event: " + std::string(event.error().why));
  if (event->moved_to) half_done_ = HalfMove{record, event->moved_to};
}

void Protocol::check_clock(Instant stamped) {
  const std::int64_t off_us = ports_.clock.now().us - stamped.us;
  if (stamped.us == 0 || std::abs(off_us) <= options_.clock_off_us_max) return;
  why_not_leading_ = "this node's clock is " + std::to_string(off_us / 1'000'000) + " s off the broker's";
  fit_at_ = now_ + options_.unfit;
  step_down(options_.unfit);
}

void Protocol::on_read_to(Offset examined, Reading reading, Time now) {
  now_ = now;
  if (!reading_ || reading != reading_number_ || role_ == Role::halted) return;
  examined_ = std::max(examined_, examined);
  take_landed();
}

void Protocol::on_reading_lost(const std::string& why, Reading reading, Time now) {
  now_ = now;
  if (!reading_ || reading != reading_number_) return;
  if (!lost_since_) lost_since_ = now;
  if (now - *lost_since_ >= options_.believe) return halt(why);
  ports_.outside.stop_reading();
  reading_ = false;
  read_again_at_ = now + options_.retry;
}

void Protocol::on_end(std::optional<Offset> end, Time now) {
  now_ = now;
  if (end && *end < examined_when_asked_) {
    if (!short_since_) short_since_ = now;
    if (now - *short_since_ >= options_.believe) {
      halt("log-diverged: the topic ends at offset " + std::to_string(*end) + ", but offset " + std::to_string(examined_when_asked_) +
           " was reached before: it was cut, or made anew");
    }
    end.reset();  // an answer from the past confirms nothing
  }
  if (end) {
    short_since_.reset();
    end_heard_at_ = now;
    end_heard_ = *end;
  } else {
    ask_again_at_ = now + options_.retry;
  }
  later(questions_.answered(end), false);
}

void Protocol::append(std::vector<Record>& group, GroupAnswered answered, Time now) {
  now_ = now;
  Tail tail = end();
  const bool fits = pipeline_.size() + group.size() <= options_.in_flight_max;
  if (!leads() || no_room_ || !fits || group.front().previous != tail.id) {
    const LogError error = leads() && no_room_ ? LogError::no_space : LogError::unavailable;
    return later(unanswered_.add_refused(tail, error, std::move(answered)));
  }
  for (Record& record : group) {
    chain_after(tail, record);
    tail = tail_of(record);
  }
  unanswered_.add(group, std::move(answered));
  if (!std::all_of(group.begin(), group.end(), [this](const Record& record) { return produce(record); })) step_down({});
}

bool Protocol::produce(const Record& record) {
  pipeline_.push_back({next_token_++, record, std::nullopt});
  return ports_.outside.produce(pipeline_.back().token, record);
}

Tail Protocol::end() const {
  return pipeline_.empty() ? tail_ : tail_of(pipeline_.back().record);
}

void Protocol::confirm_end(EndQuestions::Reached reached, Time now) {
  now_ = now;
  if (role_ == Role::halted || !options_.guards.asks_for_the_end) {
    return later({std::move(reached)}, role_ != Role::halted);
  }
  questions_.add(std::move(reached), true, now + options_.answer);
}

}  // namespace dialin::log::kafka
