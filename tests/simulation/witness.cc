#include "simulation/witness.h"

#include <utility>

#include "simulation/words.h"

namespace dialin::simulation {
namespace {

using service::WriteCode;
using service::WriteResult;

constexpr std::size_t kInDoubtMax = 8;

bool is_same(const Refusal& a, const Refusal& b) {
  return a.code == b.code && a.violations == b.violations && a.number == b.number && a.conflict == b.conflict;
}

/// But for what the server makes of place and time.
bool is_same_but_for_place(const ConfigState& state, const Event& event) {
  return state.tenant == event.tenant && state.id == event.config_id && state.config == event.config && state.version == event.version &&
         state.deleted == (event.name == EventName::deleted);
}

}  // namespace

Witness::Ticket Witness::asked(const std::string& node, Command command) {
  const Ticket ticket = calls_.size();
  Call& call = calls_.emplace_back();
  call.node = node;
  call.asked_at = truth_.whole();
  ++open_;
  if (command.idempotency) {
    auto& others = keyed_[{command.tenant, command.idempotency->key}];
    for (const Ticket other : others) {
      const Call& before = calls_[other];
      const bool is_in_doubt = before.fate == Fate::unknown || before.fate == Fate::abandoned;
      if (is_in_doubt && before.command.idempotency == command.idempotency && !before.command.dry_run) call.repeats.push_back(other);
    }
    others.push_back(ticket);
  }
  call.command = std::move(command);
  world_.note([&] { return node + " is asked: " + words_of(call.command); });
  return ticket;
}

void Witness::answered(Ticket ticket, const WriteResult& result, Sequence applied) {
  Call& call = calls_.at(ticket);
  world_.note([&] { return call.node + " answers " + call.command.request_id + ": " + words_of(result); });
  if (call.fate != Fate::open) return blame(call, "is answered twice");
  call.fate = result.code == WriteCode::outcome_unknown ? Fate::unknown : Fate::answered;
  call.answered_at = truth_.length();
  --open_;
  switch (result.code) {
    case WriteCode::stored:
      ++world_.counts.stored;
      return check_stored(call, result, applied);
    case WriteCode::replayed:
      ++world_.counts.replayed;
      return check_negative(call, result);
    case WriteCode::unchanged:
    case WriteCode::would_store:
    case WriteCode::refused:
    case WriteCode::idempotency_mismatch:
      ++world_.counts.negative;
      deny(call);
      return check_negative(call, result);
    case WriteCode::idempotency_running:
      if (!was_running(call)) blame(call, "is told that its first request is still running, and none is");
      return truth_.deny(call.command.request_id);
    case WriteCode::unavailable:
      ++world_.counts.denied;
      return deny(call);
    case WriteCode::outcome_unknown:
      ++world_.counts.unknown;
      in_doubt_.push_back(ticket);
      break;
  }
  if (in_doubt_.size() > kInDoubtMax) in_doubt_.pop_front();
}

void Witness::abandoned(Ticket ticket) {
  Call& call = calls_.at(ticket);
  if (call.fate != Fate::open) return;
  call.fate = Fate::abandoned;
  --open_;
  in_doubt_.push_back(ticket);
  if (in_doubt_.size() > kInDoubtMax) in_doubt_.pop_front();
}

void Witness::check_stored(Call& call, const WriteResult& result, Sequence applied) {
  const Sequence at = result.sequence;
  if (at > truth_.length() || at <= call.asked_at) return blame(call, "is told of a record that is not on the chain, or was before it");
  if (!claimed_.insert(at).second) return blame(call, "and another write are told that one record is theirs");
  if (truth_.stored(call.command.request_id) != at && !world_.options.identical) return blame(call, "is told of another's record");
  if (applied < at) return blame(call, "is answered before its own node has applied it");
  const Sequence before{at.value - (result.moved_from ? 2 : 1)};
  if (before < call.asked_at) return blame(call, "began before it was asked");
  if (!would_answer(call.command, result, before)) blame(call, "is stored where the rules say something else");
}

void Witness::check_negative(const Call& call, const WriteResult& result) {
  for (Sequence prefix = call.asked_at; prefix <= truth_.length(); prefix = prefix.next()) {
    if (truth_.is_whole(prefix) && would_answer(call.command, result, prefix)) return;
  }
  blame(call, "has an answer that was true at no moment between its question and its answer");
}

/// Whether the domain's rules give this answer when the chain is that long.
bool Witness::would_answer(const Command& command, const WriteResult& result, Sequence prefix) const {
  if (command.idempotency && !command.dry_run) {
    if (const auto used = truth_.used_key(command.tenant, command.idempotency->key, prefix)) {
      if (used->request != command.idempotency->request) return result.code == WriteCode::idempotency_mismatch;
      if (result.code != WriteCode::replayed || result.sequence != used->sequence) return false;
      const ConfigState* first = truth_.known(used->sequence)->state(command.tenant, result.state->id);
      return first != nullptr && result.state == *first;
    }
  }
  const auto known = truth_.known(prefix);
  const Decision decision = decide(command, *known, rules_);
  if (const auto* refusal = std::get_if<Refusal>(&decision)) {
    return result.code == WriteCode::refused && is_same(result.refusal, *refusal);
  }
  if (const auto* unchanged = std::get_if<Unchanged>(&decision)) {
    return result.code == WriteCode::unchanged && result.state == unchanged->state;
  }
  const Event& last = std::get<Decided>(decision).back();
  if (result.code != (command.dry_run ? WriteCode::would_store : WriteCode::stored) || !result.state) return false;
  if (!is_same_but_for_place(*result.state, last) || result.moved_from != last.moved_from) return false;
  if (command.dry_run) return true;
  const ConfigState* stored = truth_.known(result.sequence)->state(command.tenant, last.config_id);
  return stored != nullptr && *stored == *result.state;
}

/// Some other write with this key was under way when this one was.
bool Witness::was_running(const Call& call) const {
  if (!call.command.idempotency) return false;
  for (const Ticket ticket : keyed_.at({call.command.tenant, call.command.idempotency->key})) {
    const Call& other = calls_[ticket];
    if (&other == &call || other.command.dry_run) continue;
    if (other.fate != Fate::answered || other.answered_at >= call.asked_at) return true;
  }
  return false;
}

void Witness::deny(const Call& call) {
  truth_.deny(call.command.request_id);
  for (const Ticket before : call.repeats) truth_.deny(calls_[before].command.request_id);
}

void Witness::read_strongly(const std::string& node, Sequence asked_at, Sequence applied) {
  ++world_.counts.strong_reads;
  if (applied < asked_at || applied > truth_.length()) world_.blame(node + " answers a strong read from the past");
}

void Witness::saw_views(const std::string& node, const Tail& position, std::uint64_t digest) {
  const Sequence at = position.sequence;
  if (at.value > 0 && !truth_.holds(at, position.id)) return world_.blame(node + "'s views stand at a record that is not on the chain");
  if (!truth_.is_whole(at)) return world_.blame(node + "'s views show half a move");
  if (truth_.digest(at) != digest) world_.blame(node + "'s views at record " + std::to_string(at.value) + " are not what the chain says");
}

std::optional<Command> Witness::in_doubt() const {
  if (in_doubt_.empty()) return std::nullopt;
  const Command& command = calls_[in_doubt_[world_.below(in_doubt_.size())]].command;
  return command.idempotency ? std::optional(command) : std::nullopt;
}

void Witness::blame(const Call& call, const std::string& what) {
  world_.blame("write " + call.command.request_id + " to " + call.node + " " + what);
}

}  // namespace dialin::simulation
