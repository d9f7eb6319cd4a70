#pragma once
// The whole state, folded from the log in memory, and the domain's rules checked at every step: what `dialin verify` proves beyond hashes
// and links. Not for serving (the views are): it holds every config, some 700 bytes each. One thread.

#include <string_view>
#include <unordered_map>

#include "domain/config.h"
#include "domain/decide.h"
#include "domain/event.h"
#include "domain/record.h"

namespace dialin {

class Ledger {
 public:
  /// Takes the next record of the chain; `event` is null for records of the log itself and for types that are not known. Empty when every
  /// rule holds, else what is wrong, static text; the ledger is of no use after that.
  std::string_view add(const Record& record, const Event* event);
  /// Whether the chain may end here: not between the two records of a move. Empty, or what is wrong.
  std::string_view end() const;

  const std::unordered_map<ConfigId, ConfigState, HashOfId>& configs() const { return configs_; }
  const std::unordered_map<std::string, Holder>& numbers() const { return numbers_; }

 private:
  std::string_view follow_move(const Record& record, const Event* event);
  std::string_view pass_number(const ConfigState* before, const Event& event);
  std::string_view take_number(const Event& event);
  void free_number(const ConfigState& before);

  std::unordered_map<ConfigId, ConfigState, HashOfId> configs_;  ///< deleted ones too
  std::unordered_map<std::string, Holder> numbers_;              ///< E.164 to who holds it
  std::shared_ptr<const Event> successor_;                       ///< of a move whose deletion was the last record
  Instant deleted_at_;
};

}  // namespace dialin
