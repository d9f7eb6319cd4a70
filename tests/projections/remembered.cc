#include "projections/remembered.h"

#include <algorithm>
#include <stdexcept>

#include "domain/ledger.h"
#include "projections/projector.h"

namespace dialin::projections {

Remembered::Remembered(const EventLog& log, const Codec& codec) {
  moments_.emplace_back();
  Ledger ledger;
  const auto reader = log.read({1});
  for (Record record; reader->next(record) == RecordReader::Next::record;) {
    const auto event = event_of(record, codec).value();
    if (const auto fault = ledger.add(record, event ? &*event : nullptr); !fault.empty()) throw std::runtime_error(std::string(fault));
    moments_.push_back({record.time,
                        event && event->moved_to,
                        {ledger.configs().begin(), ledger.configs().end()},
                        {ledger.numbers().begin(), ledger.numbers().end()}});
  }
}

std::optional<Holder> Remembered::holder(const std::string& number, Sequence as_of) const {
  const auto& numbers = moments_[as_of.value].numbers;
  const auto found = numbers.find(number);
  return found == numbers.end() ? std::nullopt : std::optional(found->second);
}

std::vector<ConfigState> Remembered::listed(const TenantId& tenant, Sequence as_of,
                                            const std::function<bool(const ConfigState&)>& fits) const {
  std::vector<ConfigState> listed;
  for (const auto& [id, state] : configs(as_of))
    if (state.tenant == tenant && !state.deleted && fits(state)) listed.push_back(state);
  std::sort(listed.begin(), listed.end(), [](const auto& a, const auto& b) { return a.created_sequence > b.created_sequence; });
  return listed;
}

std::vector<NumberHold> Remembered::holds(const TenantId& tenant, const std::string& number, Sequence as_of) const {
  std::vector<NumberHold> holds;
  for (Sequence at{1}; at <= as_of; at = at.next()) {
    const auto before = holder(number, {at.value - 1});
    const auto now = holder(number, at);
    if (before == now) continue;
    if (before && before->tenant == tenant) {
      holds.back().to_sequence = at;
      holds.back().to = time(at);
    }
    if (now && now->tenant == tenant) holds.push_back({now->id, configs(at).at(now->id).config.category, at, time(at), {}, {}});
  }
  return holds;
}

}  // namespace dialin::projections
