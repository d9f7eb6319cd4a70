#pragma once
// The domain's rules for a chain of other hands, record by record: what nodes would halt at shall not get in. One thread.

#include <optional>
#include <string>

#include "projections/soundness.h"

namespace dialin::cli {

class RuleCheck {
 public:
  /// Takes the next record and its event. Empty, or what is wrong: `record 7 breaks a rule: …`; it is of no use after that.
  std::string add(const Record& record, const std::optional<Event>& event);
  /// Whether the record added last begins a move, whose other half is yet to come.
  bool is_within_move() const { return successor_.has_value(); }

 private:
  projections::SoundnessCheck check_{nullptr};
  std::optional<ConfigId> successor_;  ///< that a move's deletion announced
};

}  // namespace dialin::cli
