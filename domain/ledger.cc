#include "domain/ledger.h"

#include "domain/evolve.h"

namespace dialin {

std::string_view Ledger::add(const Record& record, const Event* event) {
  if (const auto fault = follow_move(record, event); !fault.empty()) return fault;
  if (event == nullptr) return {};
  const auto [place, is_new] = configs_.try_emplace(event->config_id);
  ConfigState& state = place->second;
  const ConfigState* before = is_new ? nullptr : &state;
  if (before != nullptr && before->tenant != event->tenant) return "the config belongs to another tenant";
  if (const auto fault = check_step(before, *event, record.sequence, record.time); !fault.empty()) return fault;
  if (const auto fault = pass_number(before, *event); !fault.empty()) return fault;
  advance(state, *event, record.sequence, record.time);
  return {};
}

/// Most events leave the number where it is: no look at it is one cache miss less.
std::string_view Ledger::pass_number(const ConfigState* before, const Event& event) {
  const bool was_live = before != nullptr && !before->deleted;
  const bool is_live = event.name != EventName::deleted;
  if (was_live && is_live && before->config.phone_number == event.config.phone_number) return {};
  if (was_live) free_number(*before);
  return is_live ? take_number(event) : std::string_view{};
}

std::string_view Ledger::end() const {
  return successor_ ? "the log ends between the two records of a move" : std::string_view{};
}

std::string_view Ledger::follow_move(const Record& record, const Event* event) {
  const auto expected = std::exchange(successor_, event != nullptr && event->name == EventName::deleted ? event->moved_to : nullptr);
  const Instant deleted_at = std::exchange(deleted_at_, record.time);
  if (!expected) return event != nullptr && event->moved_from ? "a move's creation does not follow its deletion" : std::string_view{};
  const bool follows = event != nullptr && event->name == EventName::created && event->config_id == expected->config_id &&
                       event->tenant == expected->tenant && event->config == expected->config && event->moved_from == expected->moved_from;
  if (!follows) return "a move's deletion is not followed by the creation that it announces";
  return record.time.us == deleted_at.us + 1 ? std::string_view{} : "a move's creation is not 1 µs after its deletion";
}

std::string_view Ledger::take_number(const Event& event) {
  if (!event.config.phone_number) return {};
  const auto [place, fresh] = numbers_.try_emplace(event.config.phone_number->text(), Holder{event.tenant, event.config_id});
  return fresh ? std::string_view{} : "the number is held by another config";
}

void Ledger::free_number(const ConfigState& before) {
  if (before.config.phone_number) numbers_.erase(before.config.phone_number->text());
}

}  // namespace dialin
