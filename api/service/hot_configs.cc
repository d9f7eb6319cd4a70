#include "api/service/hot_configs.h"

namespace dialin::service {
namespace {

/// Of a hash table: its node's and its bucket's pointers and the allocator's own.
constexpr std::size_t kNodeBytes = 64;

std::size_t bytes_of(const std::optional<std::string>& text) {
  return text ? text->capacity() : 0;
}

}  // namespace

std::size_t bytes_of(const ConfigState& state) {
  const Config& config = state.config;
  std::size_t bytes = kNodeBytes + sizeof state;
  for (const auto* text : {&config.name_prefix, &config.room_creation_api, &config.hold_music_url, &config.timeout_message,
                           &config.ivr_message, &config.sip_uri})
    bytes += bytes_of(*text);
  if (config.hmac) bytes += config.hmac->key_id.capacity() + config.hmac->box.capacity() + config.hmac->fingerprint.capacity();
  return bytes;
}

const ConfigState* HotConfigs::find(const ConfigId& id) {
  if (const auto young = young_.find(id); young != young_.end()) return &young->second;
  const auto old = old_.find(id);
  if (old == old_.end()) return nullptr;
  return keep(old_.extract(old));
}

const ConfigState* HotConfigs::keep(ConfigStates::node_type state) {
  drop(state.key());
  make_room();
  young_bytes_ += bytes_of(state.mapped());
  return &young_.insert(std::move(state)).position->second;
}

const ConfigState* HotConfigs::keep(ConfigState state) {
  const ConfigId id = state.id;
  ConfigStates one;
  one.emplace(id, std::move(state));
  return keep(one.extract(id));
}

void HotConfigs::drop(const ConfigId& id) {
  if (const auto young = young_.find(id); young != young_.end()) {
    young_bytes_ -= bytes_of(young->second);
    young_.erase(young);
  }
  old_.erase(id);
}

void HotConfigs::clear() {
  young_.clear();
  young_bytes_ = 0;
  old_.clear();
}

void HotConfigs::make_room() {
  if (young_bytes_ < generation_bytes_max_) return;
  old_ = std::move(young_);
  young_.clear();
  young_bytes_ = 0;
}

}  // namespace dialin::service
