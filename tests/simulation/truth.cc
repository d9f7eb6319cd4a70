#include "simulation/truth.h"

#include <algorithm>
#include <utility>

#include "domain/evolve.h"

namespace dialin::simulation {

/// The fold of a prefix of the chain.
class Truth::KnownAt : public Known {
 public:
  KnownAt(const Truth& truth, Sequence prefix) : truth_(truth), prefix_(prefix) {}

  const ConfigState* state(const TenantId& tenant, const ConfigId& id) override {
    const auto found = truth_.states_.find(id);
    if (found == truth_.states_.end() || found->second.front().tenant != tenant) return nullptr;
    const auto behind = std::upper_bound(found->second.begin(), found->second.end(), prefix_,
                                         [](Sequence prefix, const ConfigState& state) { return prefix < state.sequence; });
    return behind == found->second.begin() ? nullptr : &*std::prev(behind);
  }

  std::optional<Holder> holder(const PhoneNumber& number) override {
    const auto found = truth_.holders_.find(number.text());
    if (found == truth_.holders_.end()) return std::nullopt;
    const auto behind = std::upper_bound(found->second.begin(), found->second.end(), prefix_,
                                         [](Sequence prefix, const auto& change) { return prefix < change.first; });
    return behind == found->second.begin() ? std::nullopt : std::prev(behind)->second;
  }

  std::optional<Config> past(const TenantId& tenant, const ConfigId& id, Version version) override {
    const auto found = truth_.states_.find(id);
    if (found == truth_.states_.end() || found->second.front().tenant != tenant) return std::nullopt;
    if (version.value < 1 || version.value > found->second.size()) return std::nullopt;
    const ConfigState& state = found->second[version.value - 1];
    return state.sequence <= prefix_ ? std::optional(state.config) : std::nullopt;
  }

 private:
  const Truth& truth_;
  const Sequence prefix_;
};

void Truth::read(const log::kafka::FoundRecord& found) {
  if (!found.record || check_link(tail(), *found.record).link != Link::next) {
    if (!found.is_mark) ++world_.counts.strays;
    return;
  }
  joined_at_.push_back(found.offset);
  join(*found.record);
}

void Truth::join(const Record& record) {
  chain_.push_back(record);
  digests_.emplace_back();
  const std::string at = " (record " + std::to_string(record.sequence.value) + ")";
  auto entry = projections::entry_of(record, world_.codec);
  if (!entry) return world_.blame("a record on the chain is no event" + at);
  const Event* event = entry->event ? &*entry->event : nullptr;
  if (const auto fault = ledger_.add(record, event); !fault.empty()) return world_.blame(std::string(fault) + at);
  if (event != nullptr) learn(record, *event);
  if (!world_.is_violated()) project(std::move(*entry));
}

void Truth::learn(const Record& record, const Event& event) {
  if (event.version.value == 1) births_.push_back({event.tenant, event.config_id});
  states_[event.config_id].push_back(state_after(event, record.sequence, record.time));
  const bool changes_number = event.name != EventName::updated || event.changed.has(Property::phone_number);
  const auto& freed = event.name == EventName::deleted ? event.config.phone_number : event.before.phone_number;
  if (changes_number && event.name != EventName::created && freed) change_hands(*freed, record.sequence, std::nullopt);
  const auto& taken = event.config.phone_number;
  if (changes_number && event.name != EventName::deleted && taken) {
    change_hands(*taken, record.sequence, Holder{event.tenant, event.config_id});
  }
  if (event.moved_from) ++world_.counts.moves;

  if (denied_.contains(event.request_id)) {
    world_.blame("a write is stored of which it was said that nothing was: " + event.request_id);
  }
  if (event.moved_to) return;  // answered by its creation
  if (!requests_.emplace(event.request_id, record.sequence).second && !world_.options.identical) {
    world_.blame("a write is stored twice: " + event.request_id);
  }
  if (!event.idempotency) return;
  const UsedKey used{event.idempotency->request, record.sequence};
  if (!keys_.emplace(std::pair{event.tenant, event.idempotency->key}, used).second) {
    world_.blame("two writes with one Idempotency-Key are stored: the second is " + event.request_id);
  }
}

void Truth::change_hands(const PhoneNumber& number, Sequence sequence, std::optional<Holder> holder) {
  holders_[number.text()].emplace_back(sequence, holder);
}

void Truth::project(projections::Entry entry) {
  const bool begins_move = entry.event && entry.event->moved_to;
  half_.push_back(std::move(entry));
  if (begins_move) return;
  (void)projector_.apply(half_);  // a store in memory that is not full takes everything
  (void)store_.flush();
  half_.clear();
  digests_.back() = store_.digest();
}

void Truth::end() {
  if (const auto fault = ledger_.end(); !fault.empty()) world_.blame(std::string(fault));
}

bool Truth::holds(Sequence sequence, const RecordId& id) const {
  return sequence.value >= 1 && sequence <= length() && at(sequence).id == id;
}

Sequence Truth::length_below(log::kafka::Offset end) const {
  return {static_cast<std::uint64_t>(std::lower_bound(joined_at_.begin(), joined_at_.end(), end) - joined_at_.begin())};
}

std::optional<Sequence> Truth::stored(const std::string& request_id) const {
  const auto found = requests_.find(request_id);
  return found == requests_.end() ? std::nullopt : std::optional(found->second);
}

void Truth::deny(const std::string& request_id) {
  if (world_.options.identical) return;  // all have the same
  denied_.insert(request_id);
  if (stored(request_id)) world_.blame("it was said that nothing of a write is stored, but it is: " + request_id);
}

std::optional<Truth::UsedKey> Truth::used_key(const TenantId& tenant, const Bytes16& key, Sequence prefix) const {
  const auto found = keys_.find({tenant, key});
  return found == keys_.end() || found->second.sequence > prefix ? std::nullopt : std::optional(found->second);
}

std::unique_ptr<Known> Truth::known(Sequence prefix) const {
  return std::make_unique<KnownAt>(*this, prefix);
}

}  // namespace dialin::simulation
