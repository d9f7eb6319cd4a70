// The part of the writer's core that keeps the views in step when things go wrong, and looks after them when nothing happens.

#include <algorithm>

#include "api/service/answers.h"
#include "api/service/writer_core.h"

namespace dialin::service {
namespace {

constexpr std::int64_t kForgetKeysEvery_us = 3600LL * 1'000'000;
constexpr std::string_view kDoesNotAnswer = "the log does not answer";

}  // namespace

bool WriterCore::can_step() const {
  if (wants_writes()) return false;
  return !trouble_.empty() || !why_not_now().empty() || (!draining_ && flights_.size() < kGroupsInFlightMax);
}

WriterCore::Time WriterCore::wake_at() const {
  Time wake = Time::max();
  if (!trouble_.empty()) {
    if (flights_.empty()) wake = retry_at_;
  } else if (unflushed_) {
    wake = last_write_ + limits_.idle_flush;
  }
  for (const Group& group : flights_) {
    if (!group.answers.empty()) {
      wake = std::min(wake, group.appended + limits_.answer_within);
      break;
    }
  }
  if (!unconfirmed_.empty()) wake = std::min(wake, unconfirmed_.front().asked + limits_.answer_within);
  return wake;
}

Tail WriterCore::expected_end() const {
  return flights_.empty() ? ports_.projector.position() : tail_of(flights_.back().records.back());
}

std::string WriterCore::catch_up_with_log() {
  return catch_up(ports_.log, ports_.codec, ports_.store, ports_.projector, [this](AppliedEntries entries) {
    ++basis_;
    announce(std::move(entries));
  });
}

void WriterCore::take_in_by_log(Group& group, Time now) {
  draining_ = true;
  overlay_.forget_all();
  if (std::string why = catch_up_with_log(); !why.empty()) {
    enter_trouble(std::move(why), now);
    return answer_not_applied(group, trouble_, applied());
  }
  if (ports_.log.is_shared()) take_out_what_speaks_of_the_present(group, to_confirm_);
  answer_stored(group, applied());
}

bool WriterCore::get_into_step(Time now) {
  overlay_.forget_all();
  std::string why = catch_up_with_log();
  const bool in_step = ports_.log.end() == expected_end();
  if (why.empty() && !in_step && !ports_.log.is_shared()) why = "the log does not end where it says";
  if (!why.empty()) enter_trouble(std::move(why), now);
  return trouble_.empty() && in_step;
}

void WriterCore::try_to_recover(Time now) {
  retry_at_ = now + kRetry;
  if (!ports_.store.resume()) return;
  std::string why = catch_up_with_log();
  if (why.empty()) ports_.telemetry.say(Level::info, "the views are in step with the log again, writes are taken");
  if (why != trouble_) set_trouble(std::move(why));
}

void WriterCore::enter_trouble(std::string why, Time now) {
  // The views will go on by the log, past all that is remembered here.
  overlay_.forget_all();
  retry_at_ = now + kRetry;
  ports_.telemetry.say(Level::error, "writes are refused: " + why);
  set_trouble(std::move(why));
}

void WriterCore::set_trouble(std::string why) {
  const std::lock_guard lock(trouble_mutex_);
  trouble_ = std::move(why);
}

bool WriterCore::is_out_of_step() const {
  const std::lock_guard lock(trouble_mutex_);
  return !trouble_.empty();
}

std::string WriterCore::trouble() const {
  const std::lock_guard lock(trouble_mutex_);
  return trouble_.empty() && is_stuck() ? std::string(kDoesNotAnswer) : trouble_;
}

void WriterCore::flush() {
  const bool failed_before = is_flush_failing_;
  // A store whose disk was full takes nothing until it is told that there may be room again.
  is_flush_failing_ = !ports_.store.flush() && !(ports_.store.resume() && ports_.store.flush());
  unflushed_ = is_flush_failing_;
  if (is_flush_failing_ == failed_before) return;
  if (is_flush_failing_) {
    ports_.telemetry.say(Level::warning, "the views cannot be flushed: after a crash more is replayed from the log");
  } else {
    ports_.telemetry.say(Level::info, "the views can be flushed again");
  }
}

void WriterCore::forget_old_keys(Instant chain_time) {
  if (chain_time.us - keys_forgotten_us_ < kForgetKeysEvery_us) return;
  keys_forgotten_us_ = chain_time.us;
  ports_.store.forget_idempotency_before(chain_time.us - kIdempotencyRemembered_us);
}

}  // namespace dialin::service
