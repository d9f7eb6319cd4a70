#pragma once
// States of configs that were written lately, so that deciding the next update asks neither the views nor the log. Bounded by two
// generations: when the young one is full it becomes the old one, and what was old and not asked for since is dropped. Writer's thread.

#include <cstddef>
#include <unordered_map>

#include "domain/config.h"

namespace dialin::service {

/// What a kept state takes of memory, nearly.
std::size_t bytes_of(const ConfigState& state);

using ConfigStates = std::unordered_map<ConfigId, ConfigState, HashOfId>;

class HotConfigs {
 public:
  /// Keeps about `bytes_max` of states, and one more.
  explicit HotConfigs(std::size_t bytes_max) : generation_bytes_max_(bytes_max / 2) {}

  /// Null when it is not here. Valid until the next call.
  const ConfigState* find(const ConfigId& id);
  /// Replaces what is known of the config; valid until the next call.
  const ConfigState* keep(ConfigStates::node_type state);
  const ConfigState* keep(ConfigState state);
  void drop(const ConfigId& id);
  void clear();
  std::size_t size() const { return young_.size() + old_.size(); }

 private:
  void make_room();

  const std::size_t generation_bytes_max_;
  std::size_t young_bytes_ = 0;
  ConfigStates young_;
  ConfigStates old_;
};

}  // namespace dialin::service
