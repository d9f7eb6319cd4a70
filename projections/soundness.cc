#include "projections/soundness.h"

#include "projections/keys.h"

namespace dialin::projections {
namespace {

bool begins_move(const Entry& entry) {
  return entry.event && entry.event->moved_to;
}

}  // namespace

Soundness SoundnessCheck::take(std::span<const Entry> entries) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    const bool ends_move = i > 0 && begins_move(entries[i - 1]);
    std::string_view fault;
    if (entry.event) fault = take(*entry.event);
    if (begins_move(entry) && !is_followed_by_its_creation(entries.subspan(i)))
      fault = "a move's deletion is not followed by the creation that it announces";
    if (fault.empty()) continue;
    return {i - (ends_move ? 1 : 0), "record " + std::to_string(entry.record.sequence.value) + " breaks a rule: " + std::string(fault)};
  }
  return {entries.size(), {}};
}

/// What is wrong with this event, static text; empty: nothing, and it counts as applied.
std::string_view SoundnessCheck::take(const Event& event) {
  Last& last = last_of(event);
  const bool creates = event.name == EventName::created;
  if (creates && last.is_live) return "a live config is created again";
  if (!creates && !last.is_live) return "a config that is not there is changed";
  if (event.version != last.version.next()) return "the version does not follow";
  last = {event.version, event.name != EventName::deleted};
  return take_number(event);
}

SoundnessCheck::Last& SoundnessCheck::last_of(const Event& event) {
  const auto [place, fresh] = configs_.try_emplace(event.config_id);
  if (!fresh || views_ == nullptr) return place->second;
  if (views_->get(Family::configs, config_key(event.tenant, event.config_id), value_)) {
    place->second = {ConfigRow::decode(value_).version, true};
  } else if (was(event, event.version)) {
    place->second = {event.version, false};
  } else if (const Version before{event.version.value - 1}; before.value > 0 && was(event, before)) {
    place->second = {before, false};
  }
  return place->second;
}

bool SoundnessCheck::was(const Event& event, Version version) {
  return views_->get(Family::history, history_key(event.tenant, event.config_id, version), value_);
}

std::string_view SoundnessCheck::take_number(const Event& event) {
  const bool is_updated = event.name == EventName::updated;
  if (is_updated && !event.changed.has(Property::phone_number)) return {};
  const auto& freed = is_updated ? event.before.phone_number : event.config.phone_number;
  if (event.name != EventName::created && freed) {
    auto& holder = holder_of(*freed);
    if (holder != event.config_id) return "a number is given up by a config that does not hold it";
    holder.reset();
  }
  const auto& taken = event.config.phone_number;
  if (event.name != EventName::deleted && taken) {
    auto& holder = holder_of(*taken);
    if (holder) return "the number is held by another config";
    holder = event.config_id;
  }
  return {};
}

std::optional<ConfigId>& SoundnessCheck::holder_of(const PhoneNumber& number) {
  const auto [place, fresh] = holders_.try_emplace(number.text());
  if (fresh && views_ != nullptr && views_->get(Family::numbers, number.text(), value_)) place->second = decode_holder(value_).id;
  return place->second;
}

}  // namespace dialin::projections
