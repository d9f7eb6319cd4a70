#include "projections/soundness.h"

#include <optional>
#include <string_view>
#include <unordered_map>

#include "projections/keys.h"

namespace dialin::projections {
namespace {

using Fault = std::string_view;

/// The views, and what the entries so far make of them.
class Expected {
 public:
  explicit Expected(const ViewReader& views) : views_(views) {}

  /// What is wrong with this event, static text; empty: nothing, and it counts as applied.
  Fault take(const Event& event) {
    Last& last = last_of(event);
    const bool creates = event.name == EventName::created;
    if (creates && last.is_live) return "a live config is created again";
    if (!creates && !last.is_live) return "a config that is not there is changed";
    if (event.version != last.version.next()) return "the version does not follow";
    last = {event.version, event.name != EventName::deleted};
    return take_number(event);
  }

 private:
  struct Last {
    Version version;  ///< 0: it never was
    bool is_live = false;
  };

  Last& last_of(const Event& event) {
    const auto [place, fresh] = configs_.try_emplace(event.config_id);
    if (!fresh) return place->second;
    if (views_.get(Family::configs, config_key(event.tenant, event.config_id), value_)) {
      place->second = {ConfigRow::decode(value_).version, true};
    } else if (was(event, event.version)) {
      place->second = {event.version, false};
    } else if (const Version before{event.version.value - 1}; before.value > 0 && was(event, before)) {
      place->second = {before, false};
    }
    return place->second;
  }

  bool was(const Event& event, Version version) {
    return views_.get(Family::history, history_key(event.tenant, event.config_id, version), value_);
  }

  Fault take_number(const Event& event) {
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

  std::optional<ConfigId>& holder_of(const PhoneNumber& number) {
    const auto [place, fresh] = holders_.try_emplace(number.text());
    if (fresh && views_.get(Family::numbers, number.text(), value_)) place->second = decode_holder(value_).id;
    return place->second;
  }

  const ViewReader& views_;
  std::unordered_map<ConfigId, Last, HashOfId> configs_;
  std::unordered_map<std::string, std::optional<ConfigId>> holders_;
  std::string value_;
};

bool begins_move(const Entry& entry) {
  return entry.event && entry.event->moved_to;
}

}  // namespace

Soundness soundness_of(std::span<const Entry> entries, const ViewReader& views) {
  Expected expected(views);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    const bool ends_move = i > 0 && begins_move(entries[i - 1]);
    Fault fault;
    if (entry.event) fault = expected.take(*entry.event);
    if (begins_move(entry) && !is_followed_by_its_creation(entries.subspan(i)))
      fault = "a move's deletion is not followed by the creation that it announces";
    if (fault.empty()) continue;
    return {i - (ends_move ? 1 : 0), "record " + std::to_string(entry.record.sequence.value) + " breaks a rule: " + std::string(fault)};
  }
  return {entries.size(), {}};
}

}  // namespace dialin::projections
