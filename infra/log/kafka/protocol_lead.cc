// The part of the protocol that takes the lead and gives it up, keeps what joined the chain, and calls back.

#include <algorithm>
#include <utility>

#include "domain/event.h"
#include "infra/log/kafka/protocol.h"
#include "infra/log/opening_group.h"

namespace dialin::log::kafka {
namespace {

constexpr std::size_t kOwnOpeningsMax = 64;

class NoRandom : public Random {
 public:
  void fill(std::span<std::uint8_t> out) const override { std::fill(out.begin(), out.end(), std::uint8_t{0}); }
};

}  // namespace

void Protocol::on_elected(bool elected, Time now) {
  now_ = now;
  elected_ = elected;
  if (elected) {
    open_at_ = to_lead_since_ = now;
  } else if (role_ == Role::leading) {
    give_up_when_idle();
  } else if (role_ == Role::catching_up || role_ == Role::opening) {
    step_down({});
  }
}

/// What is in flight is let land: whoever waits for it gets a plain answer, and nobody else can have opened unless the lead was lost
/// anyway.
void Protocol::give_up_when_idle() {
  if (role_ == Role::leading && !elected_ && pipeline_.empty()) step_down({});
}

/// Nothing is said of what is in flight: it may still land, and be on the chain. The next record that joins it, of anybody, settles it.
void Protocol::step_down(std::chrono::milliseconds pause) {
  if (role_ == Role::halted) return;
  if (role_ == Role::leading) to_lead_since_ = now_;
  role_ = Role::following;
  opening_.reset();
  ++opening_try_;
  if (!pipeline_.empty() || next_report_ != next_token_) {
    pipeline_.clear();
    next_report_ = next_token_;
    ports_.outside.renew_producer();
  }
  if (!options_.guards.waits_to_be_settled) later(unanswered_.give_up(LogError::unavailable));
  open_at_ = now_ + pause;
}

void Protocol::catch_up_to_open() {
  role_ = Role::catching_up;
  const auto reached_end = [this, attempt = ++opening_try_](bool reached) {
    if (attempt != opening_try_ || role_ != Role::catching_up) return;
    if (reached) return open();
    role_ = Role::following;
    open_at_ = now_ + options_.retry;
  };
  if (!options_.guards.asks_for_the_end) return later({reached_end}, true);
  questions_.add(reached_end, false, now_ + options_.answer);
}

void Protocol::open() {
  static const NoRandom kNoRandom;
  const Random& random = options_.guards.opens_are_unique ? ports_.random : kNoRandom;
  OpeningGroup group({ports_.clock, random, ports_.codec}, tail_);
  if (half_done_ && options_.guards.completes_moves) group.complete(half_done_->deleted, *half_done_->creation);
  group.open(options_.node, options_.url, term_ + 1);
  role_ = Role::opening;
  opening_ = group.records().back().id;
  own_openings_.push_back(*opening_);
  if (own_openings_.size() > kOwnOpeningsMax) own_openings_.pop_front();
  for (const Record& record : group.records()) {
    if (!produce(record)) return step_down(options_.retry);
  }
}

void Protocol::halt(std::string why) {
  if (role_ == Role::halted) return;
  step_down({});
  role_ = Role::halted;
  why_halted_ = std::move(why);
  later(unanswered_.give_up(LogError::unknown));
  later(questions_.all(), false);
}

bool Protocol::wants_reading() const {
  if (role_ == Role::halted || no_room_) return false;
  if (role_ != Role::leading || !root_.is_found) return true;
  if (!pipeline_.empty() && pipeline_.front().landed) return true;
  // What is in flight will be reported, and moves the end by as much.
  const auto wanted = questions_.furthest();
  return wanted && *wanted > examined_ + static_cast<Offset>(pipeline_.size());
}

void Protocol::on_time(Time now) {
  now_ = now;
  if (role_ == Role::halted) return;
  if (is_to_lead() && now >= to_lead_since_ + options_.lead) make_room_to_lead();
  if (role_ == Role::following && elected_ && now >= open_at_ && !no_room_) catch_up_to_open();
  if (now >= look_at_) {
    look_at_ = now + options_.look;
    if (!questions_.waits_to_be_sent()) questions_.add([](bool) {}, false, now + options_.answer);
    later(questions_.late(now), false);
  }
}

/// It may be cut off from the partition, and not from the group.
void Protocol::make_room_to_lead() {
  to_lead_since_ = now_;
  fit_at_ = now_ + options_.make_room;
  why_not_leading_ = "this node was elected, and could not take the lead";
}

void Protocol::settle(Time now) {
  now_ = now;
  if (end_heard_at_ == Time{}) end_heard_at_ = now;
  // What is told may ask for more, such as the end that an opening waited for.
  do {
    keep();
    tell_who_waits_for_the_end();
  } while (tell_next());
  const bool wants = wants_reading();
  if (wants && !reading_ && now >= read_again_at_) begin_reading();
  if (!wants && reading_) {
    ports_.outside.stop_reading();
    reading_ = false;
  }
  if (role_ == Role::halted || now < ask_again_at_) return;
  if (const auto question = questions_.send()) {
    examined_when_asked_ = examined_;
    ports_.outside.ask_end(question->firmly);
  }
}

void Protocol::begin_reading() {
  root_ = {tail_.id, tail_at_, tail_.sequence.value == 0};
  ports_.outside.read_from(root_.at, ++reading_number_);
  reading_ = true;
}

void Protocol::tell_who_waits_for_the_end() {
  if (no_room_ || !root_.is_found) return;
  auto told = questions_.reached(examined_);
  if (!told.empty() && tail_.sequence < kept_.sequence) halt(not_rooted());
  later(std::move(told), role_ != Role::halted);
}

bool Protocol::tell_next() {
  if (to_tell_.empty() || (no_room_ && to_tell_.front().speaks_of_chain)) return false;
  const auto tell = std::move(to_tell_.front().tell);
  to_tell_.pop_front();
  tell();
  return true;
}

/// Half a move waits for its other half: nobody may read it alone, and when its writer died, that comes only with the next opening.
std::span<const Record> Protocol::whole_unkept() const {
  const std::span<const Record> all(unkept_);
  return half_done_ && !all.empty() ? all.first(all.size() - 1) : all;
}

void Protocol::keep() {
  const auto whole = whole_unkept();
  if (whole.empty() || (no_room_ && now_ < keep_again_at_)) return;
  const Kept kept = ports_.outside.keep(whole, whole.size() == unkept_.size() ? tail_at_ : joined_before_at_);
  no_room_ = kept == Kept::no_room;
  if (no_room_) {
    keep_again_at_ = now_ + options_.retry;
    return;
  }
  if (kept == Kept::diverged) return halt(not_rooted());
  // While the beginning of the copy is compared it is ahead.
  kept_ = std::max(kept_, tail_of(whole.back()), [](const Tail& a, const Tail& b) { return a.sequence < b.sequence; });
  unkept_.erase(unkept_.begin(), unkept_.begin() + static_cast<std::ptrdiff_t>(whole.size()));
}

Protocol::Time Protocol::wake_at() const {
  Time wake = Time::max();
  if (role_ == Role::halted) return wake;
  if (no_room_) wake = std::min(wake, keep_again_at_);
  if (questions_.waits_to_be_sent()) wake = std::min(wake, ask_again_at_);
  if (role_ == Role::following && elected_ && !no_room_) wake = std::min(wake, open_at_);
  if (is_to_lead()) wake = std::min(wake, to_lead_since_ + options_.lead);
  if (!reading_ && wants_reading()) wake = std::min(wake, read_again_at_);
  wake = std::min(wake, look_at_);
  return wake;
}

void Protocol::later(std::vector<Unanswered::Settled> settled) {
  for (auto& one : settled) {
    const bool speaks_of_chain = one.outcome.records > 0;
    to_tell_.push_back({[answered = std::move(one.answered), outcome = one.outcome] { answered(outcome); }, speaks_of_chain});
  }
}

void Protocol::later(std::vector<EndQuestions::Reached> told, bool reached) {
  // Who waits in vain need not wait for those who cannot be told yet.
  const auto place = reached ? to_tell_.end() : to_tell_.begin();
  std::deque<Told> tell;
  for (auto& one : told) tell.push_back({[one = std::move(one), reached] { one(reached); }, reached});
  to_tell_.insert(place, std::make_move_iterator(tell.begin()), std::make_move_iterator(tell.end()));
}

}  // namespace dialin::log::kafka
