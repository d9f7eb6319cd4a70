#include "api/service/hot_configs.h"

namespace dialin::service {

const ConfigState* HotConfigs::find(const ConfigId& id) {
  if (const auto young = young_.find(id); young != young_.end()) return &young->second;
  const auto old = old_.find(id);
  if (old == old_.end()) return nullptr;
  return keep(old_.extract(old));
}

const ConfigState* HotConfigs::keep(ConfigStates::node_type state) {
  if (const auto young = young_.find(state.key()); young != young_.end()) {
    young->second = std::move(state.mapped());
    return &young->second;
  }
  make_room();
  old_.erase(state.key());
  return &young_.insert(std::move(state)).position->second;
}

const ConfigState* HotConfigs::keep(ConfigState state) {
  const ConfigId id = state.id;
  ConfigStates one;
  one.emplace(id, std::move(state));
  return keep(one.extract(id));
}

void HotConfigs::drop(const ConfigId& id) {
  young_.erase(id);
  old_.erase(id);
}

void HotConfigs::clear() {
  young_.clear();
  old_.clear();
}

void HotConfigs::make_room() {
  if (young_.size() < generation_max_) return;
  old_ = std::move(young_);
  young_.clear();
}

}  // namespace dialin::service
