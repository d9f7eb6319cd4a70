#pragma once
// What a writer proves of its own events by deciding them, looked at for events of other hands: on a log that others can write to, a record
// may be chained rightly and yet break the domain's rules. Only what costs a look or two into the views: that versions follow, that what
// is changed lives, that numbers are free, and that moves are whole. The rest is for `dialin verify` (domain/ledger.h). One thread.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "projections/projector.h"

namespace dialin::projections {

struct Soundness {
  std::size_t sound = 0;  ///< entries from the front that may be applied; never half a move
  std::string fault;      ///< why the next one may not, with its place; empty: all may
};

class SoundnessCheck {
 public:
  /// `views`: they stand before the first entry that take() is given, and stay so; null: that is the log's first one. It remembers all that
  /// it takes, some 200 bytes for each config and number.
  explicit SoundnessCheck(const ViewReader* views) : views_(views) {}

  /// `entries` follow those of the last call. Throws StoreFailure.
  Soundness take(std::span<const Entry> entries);

 private:
  struct Last {
    Version version;  ///< 0: it never was
    bool is_live = false;
  };
  std::string_view take(const Event& event);
  std::string_view take_number(const Event& event);
  Last& last_of(const Event& event);
  bool was(const Event& event, Version version);
  std::optional<ConfigId>& holder_of(const PhoneNumber& number);

  const ViewReader* views_;
  std::unordered_map<ConfigId, Last, HashOfId> configs_;
  std::unordered_map<std::string, std::optional<ConfigId>> holders_;
  std::string value_;
};

}  // namespace dialin::projections
