#include "api/service/writer_core.h"

#include <algorithm>

#include "api/service/answers.h"
#include "domain/invariant.h"

namespace dialin::service {
namespace {

constexpr std::string_view kGoesOnElsewhere = "another node has taken the lead";

double seconds_between(WriterCore::Time from, WriterCore::Time to) {
  return std::chrono::duration<double>(to - from).count();
}

std::size_t records_max_of(std::span<const Asked> writes) {
  std::size_t records = 0;
  for (const Asked& asked : writes) records += std::holds_alternative<Move>(asked.command.action) ? 2 : 1;
  return records;
}

}  // namespace

WriterCore::WriterCore(Writer::Ports ports, Rules rules, WriterLimits limits, std::vector<AppliedObserver*> observers,
                       std::function<void(Outcome)> report, std::function<void(Confirmation)> confirm)
    : ports_(ports),
      limits_(limits),
      observers_(std::move(observers)),
      report_(std::move(report)),
      confirm_(std::move(confirm)),
      overlay_(ports.views, limits.hot_configs_bytes_max),
      decider_(ports.views, ports.codec, ports.telemetry, overlay_, std::move(rules)),
      applied_(ports.projector.position().sequence.value) {
  ports_.telemetry.set(Gauge::applied, static_cast<double>(applied().value));
  ports_.telemetry.set(Gauge::log_end, static_cast<double>(ports_.log.tail().sequence.value));
  invariant(limits_.group_max >= 1 && 2 * limits_.group_max <= kGroupRecordsMax, "a group of moves fits into one append");
}

void WriterCore::submit(std::vector<Asked>& asked) {
  invariant(wants_writes(), "writes are taken when none is left to decide");
  backlog_.clear();
  backlog_.swap(asked);
  next_ = 0;
}

std::size_t WriterCore::step(Time now) {
  expire(now);
  if (!trouble_.empty() && flights_.empty() && now >= retry_at_) try_to_recover(now);
  if (trouble_.empty()) follow_log(now);
  answer_confirmed(now);
  if (!trouble_.empty()) return refuse_backlog(trouble_);
  if (wants_writes()) {
    if (unflushed_ && now >= last_write_ + limits_.idle_flush) {
      flush();
      last_write_ = now;
    }
    return 0;
  }
  if (const auto why = why_not_now(); !why.empty()) return refuse_backlog(why);
  if (!can_step()) return 0;
  if (ports_.log.end() != expected_end()) {
    draining_ = !flights_.empty();
    if (draining_) return 0;
    if (!get_into_step(now)) return refuse_backlog(trouble_.empty() ? kGoesOnElsewhere : trouble_);
  }
  // Not on what the log says now: it may have lost its place since it was asked, and then refuses what is appended.
  const std::size_t decided = decide_group(expected_end(), now);
  ask_for_the_end(now);
  return decided;
}

std::size_t WriterCore::decide_group(const Tail& end, Time now) {
  const auto writes = std::span(backlog_).subspan(next_, std::min(limits_.group_max, backlog_.size() - next_));
  Group group;
  const std::size_t records_max = records_max_of(writes);
  group.records.reserve(records_max);
  group.answers.reserve(writes.size());
  group.entries = std::make_shared<std::vector<projections::Entry>>();
  group.entries->reserve(records_max);
  Place place{end.sequence, end.time, ports_.clock.now()};
  for (Asked& asked : writes) {
    const bool in_doubt = ports_.log.is_shared() && may_be_stored_before(asked.command);
    Held held{std::move(asked.done), decider_.decide(asked.command, group, place), in_doubt};
    if (group.records.empty() || (!limits_.holds_answers && held.result.code != WriteCode::stored)) {
      hold(std::move(held));
    } else {
      group.answers.push_back(std::move(held));
    }
  }
  next_ += writes.size();
  if (!group.records.empty()) append(std::move(group), end, now);
  return writes.size();
}

void WriterCore::append(Group group, const Tail& end, Time now) {
  group.appended = now;
  group.records.front().previous = end.id;
  // In flight first: the log may answer before append() returns.
  flights_.push_back(std::move(group));
  ports_.log.append(flights_.back().records, report_);
}

void WriterCore::hold(Held held) {
  if (!flights_.empty() && limits_.holds_answers) return flights_.back().answers.push_back(std::move(held));
  if (ports_.log.is_shared() && limits_.holds_answers && speaks_of_the_present(held.result.code))
    return to_confirm_.push_back(std::move(held));
  held.result.sequence = held.result.code == WriteCode::replayed ? held.result.sequence : applied();
  held.done(std::move(held.result));
}

std::size_t WriterCore::refuse_backlog(std::string_view why) {
  const std::size_t count = backlog_.size() - next_;
  for (; next_ < backlog_.size(); ++next_) {
    WriteResult answer = refused(backlog_[next_].command, why);
    if (ports_.log.is_shared()) {
      // Nothing was decided, so it stands whatever becomes of what is in flight.
      answer.sequence = applied();
      backlog_[next_].done(std::move(answer));
      continue;
    }
    hold({std::move(backlog_[next_].done), std::move(answer)});
  }
  return count;
}

void WriterCore::completed(Outcome outcome, Time now) {
  invariant(!flights_.empty(), "the log answers each group once");
  Group group = std::move(flights_.front());
  flights_.pop_front();
  last_write_ = now;
  if (outcome) {
    invariant(*outcome == tail_of(group.records.back()), "the log answers groups in order");
    take_in(std::move(group), now);
  } else {
    // The groups behind this one fail, too, and were decided on it.
    draining_ = true;
    overlay_.forget();
    if (outcome.error() == LogError::partly) {
      take_in_part(group, now);
    } else {
      answer_failed(group, outcome.error(), applied());
    }
  }
  if (flights_.empty()) draining_ = false;
  stuck_ = stuck_ && !flights_.empty();
  ask_for_the_end(now);
}

void WriterCore::take_in(Group group, Time now) {
  if (!trouble_.empty()) return answer_not_applied(group, trouble_, applied());

  // Not as it was decided: what the log holds counts.
  if (draining_ || group.records.front().sequence != applied().next()) return take_in_by_log(group, now);

  auto& entries = *group.entries;
  for (std::size_t i = 0; i < entries.size(); ++i) entries[i].record = std::move(group.records[i]);
  const auto started = std::chrono::steady_clock::now();
  if (const auto done = service::apply(ports_.projector, entries); !done) {
    ports_.telemetry.add(Counter::view_apply_failures);
    enter_trouble(std::string(sentence_of(done.error())), now);
    return answer_not_applied(group, trouble_, applied());
  }
  ports_.telemetry.observe(Histogram::apply_seconds, seconds_between(started, std::chrono::steady_clock::now()));
  for (const auto& entry : entries) overlay_.committed(entry.record.sequence);
  announce(std::move(group.entries));
  if (ports_.log.is_shared()) take_out_what_speaks_of_the_present(group, to_confirm_);
  answer_stored(group, applied());
}

void WriterCore::announce(AppliedEntries entries) {
  const Record& last = entries->back().record;
  unflushed_ = true;
  applied_.store(last.sequence.value, std::memory_order_release);
  for (AppliedObserver* observer : observers_) observer->applied(entries);
  ports_.telemetry.set(Gauge::applied, static_cast<double>(last.sequence.value));
  const auto ahead_us = std::max<std::int64_t>(0, last.time.us - ports_.clock.now().us);
  ports_.telemetry.set(Gauge::chain_ahead_of_clock_seconds, static_cast<double>(ahead_us) / 1e6);
  forget_old_keys(last.time);
}

}  // namespace dialin::service
