#include "api/service/overlay.h"

#include "domain/evolve.h"
#include "domain/invariant.h"

namespace dialin::service {

const ConfigState* Overlay::state(const TenantId& tenant, const ConfigId& id) {
  const ConfigState* known = nullptr;
  if (const auto flying = states_.find(id); flying != states_.end()) {
    known = &flying->second;
  } else if (known = hot_.find(id); known == nullptr) {
    auto stored = views_.state(tenant, id);
    if (!stored) return nullptr;
    known = hot_.keep(std::move(*stored));
  }
  // An id is one tenant's: for another it never was.
  return known->tenant == tenant ? known : nullptr;
}

std::optional<Holder> Overlay::holder(const PhoneNumber& number) {
  if (const auto flying = numbers_.find(number.text()); flying != numbers_.end()) return flying->second.holder;
  return views_.holder(number);
}

std::optional<Config> Overlay::past(const TenantId& tenant, const ConfigId& id, Version version) {
  for (const InFlight& flying : events_) {
    const Event& event = *flying.event;
    if (event.config_id == id && event.version == version && event.tenant == tenant) return event.config;
  }
  return views_.past(tenant, id, version);
}

bool Overlay::is_running(const TenantId& tenant, const Bytes16& idempotency_key) const {
  return !keys_.empty() && keys_.contains({tenant, idempotency_key});
}

const ConfigState& Overlay::decided(const Event& event, Sequence sequence, Instant time) {
  invariant(events_.empty() || events_.back().sequence < sequence, "events in flight stand in the log's order");
  events_.push_back({&event, sequence});
  if (event.idempotency) keys_[{event.tenant, event.idempotency->key}] = sequence;
  const Holder self{event.tenant, event.config_id};
  if (event.name == EventName::deleted) {
    release(event.config.phone_number, sequence);
  } else if (event.changed.has(Property::phone_number)) {
    release(event.before.phone_number, sequence);
    hold(event.config.phone_number, self, sequence);
  }
  return states_.insert_or_assign(event.config_id, state_after(event, sequence, time)).first->second;
}

void Overlay::committed(Sequence sequence) {
  invariant(!events_.empty() && events_.front().sequence == sequence, "events are committed in the order in which they were decided");
  const Event& event = *events_.front().event;
  // What a later event in flight has said anew stays.
  if (const auto state = states_.find(event.config_id); state != states_.end() && state->second.sequence == sequence) {
    hot_.keep(states_.extract(state));
  }
  const auto settle = [&](const std::optional<PhoneNumber>& number) {
    if (!number) return;
    if (const auto taken = numbers_.find(number->text()); taken != numbers_.end() && taken->second.sequence == sequence)
      numbers_.erase(taken);
  };
  if (!numbers_.empty()) {
    settle(event.config.phone_number);
    settle(event.before.phone_number);
  }
  if (event.idempotency) {
    const auto key = keys_.find({event.tenant, event.idempotency->key});
    if (key != keys_.end() && key->second == sequence) keys_.erase(key);
  }
  events_.pop_front();
}

void Overlay::forget() {
  // Behind a state in flight the one in memory was not kept up to date: an event of the same config may have been committed meanwhile.
  for (const auto& [id, state] : states_) hot_.drop(id);
  states_.clear();
  numbers_.clear();
  keys_.clear();
  events_.clear();
}

void Overlay::forget_all() {
  forget();
  hot_.clear();
}

void Overlay::hold(const std::optional<PhoneNumber>& number, std::optional<Holder> holder, Sequence sequence) {
  if (number) numbers_[number->text()] = {holder, sequence};
}

void Overlay::release(const std::optional<PhoneNumber>& number, Sequence sequence) {
  hold(number, std::nullopt, sequence);
}

}  // namespace dialin::service
