#pragma once
// Who held a number, since when and until when: one tenant's configs only, across configs and moves. Any thread. Throws StoreFailure.

#include <cstdint>
#include <optional>
#include <vector>

#include "domain/config.h"
#include "domain/ids.h"
#include "domain/view_store.h"

namespace dialin::projections {

/// One config's hold on the number.
struct NumberHold {
  ConfigId config_id;
  Category category;
  Sequence from_sequence;
  Instant from;
  std::optional<Sequence> to_sequence;  ///< of the event that ended it; nothing while held
  std::optional<Instant> to;
  friend bool operator==(const NumberHold&, const NumberHold&) = default;
};

struct NumberPage {
  std::vector<NumberHold> rows;  ///< oldest first
  std::uint64_t next_after = 0;  ///< what to pass as `after` for the next page: the last row's from_sequence
  bool more = false;
};

/// The holds that began behind `after`, at or before `until`; one that ends later has no end. Nothing when none of the tenant's configs had
/// ever held the number by then.
std::optional<NumberPage> number_history(const ViewReader& views, const TenantId& tenant, const PhoneNumber& number, Sequence after,
                                         std::size_t limit, Sequence until);

}  // namespace dialin::projections
