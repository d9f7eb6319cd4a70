#pragma once
// What a writer proves of its own events by deciding them, looked at for events of other hands: on a log that others can write to, a record
// may be chained rightly and yet break the domain's rules. Only what costs a look or two into the views: that versions follow, that what
// is changed lives, that numbers are free, and that moves are whole. The rest is for `dialin verify` (domain/ledger.h).

#include <span>
#include <string>

#include "projections/projector.h"

namespace dialin::projections {

struct Soundness {
  std::size_t sound = 0;  ///< entries from the front that may be applied; never half a move
  std::string fault;      ///< why the next one may not, with its place; empty: all may
};

/// `views` stand at the record before the first entry. Throws StoreFailure.
Soundness soundness_of(std::span<const Entry> entries, const ViewReader& views);

}  // namespace dialin::projections
