#pragma once
// A log's whole past, remembered: what the domain's fold says after each record, and what lists and histories follow from that. Slow,
// plain, and without a look at the views: what they are held against.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/config.h"
#include "domain/decide.h"
#include "projections/views.h"

namespace dialin::projections {

class Remembered {
 public:
  Remembered(const EventLog& log, const Codec& codec);

  Sequence end() const { return {moments_.size() - 1}; }
  Instant time(Sequence sequence) const { return moments_[sequence.value].time; }
  /// The next one for the deletion that begins a move.
  Sequence whole(Sequence sequence) const { return moments_[sequence.value].begins_move ? sequence.next() : sequence; }
  /// Each config that had been by then, deleted ones too.
  const std::map<ConfigId, ConfigState>& configs(Sequence as_of) const { return moments_[as_of.value].configs; }
  std::optional<Holder> holder(const std::string& number, Sequence as_of) const;

  /// The tenant's live ones that `fits`, newest first.
  std::vector<ConfigState> listed(const TenantId& tenant, Sequence as_of, const std::function<bool(const ConfigState&)>& fits) const;
  /// What the tenant's configs held of the number, told as of then.
  std::vector<NumberHold> holds(const TenantId& tenant, const std::string& number, Sequence as_of) const;

 private:
  struct Moment {
    Instant time;
    bool begins_move = false;
    std::map<ConfigId, ConfigState> configs;
    std::map<std::string, Holder> numbers;
  };
  std::vector<Moment> moments_;  ///< [0]: before the first record
};

}  // namespace dialin::projections
