#include "domain/ledger.h"

#include "domain/evolve.h"

namespace dialin {

std::string_view Ledger::add(const Record& record, const Event* event) {
  if (const auto fault = follow_move(record, event); !fault.empty()) return fault;
  if (event == nullptr) return {};
  const auto known = configs_.find(event->config_id);
  const ConfigState* before = known == configs_.end() ? nullptr : &known->second;
  if (before != nullptr && before->tenant != event->tenant) return "the config belongs to another tenant";
  if (const auto fault = check_step(before, *event, record.sequence, record.time); !fault.empty()) return fault;
  if (before != nullptr && !before->deleted) free_number(*before);
  if (event->name != EventName::deleted) {
    if (const auto fault = take_number(*event); !fault.empty()) return fault;
  }
  configs_.insert_or_assign(event->config_id, state_after(*event, record.sequence, record.time));
  return {};
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
