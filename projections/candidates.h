#pragma once
// The configs that may have been there as of a sequence, in the order of their creation: those that live now and those whose life has ended
// since, merged from where each of them stands. What a page costs follows from the page, not from how many came and went. Works on one
// snapshot. One thread; lives for one request.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/config.h"
#include "domain/view_store.h"
#include "projections/lives.h"

namespace dialin::projections {

struct Candidate {
  Sequence created;
  ConfigId id;
  Category category;
  std::string phone_number;  ///< empty: none
  bool is_steady = true;     ///< it was there, with that number. Else its state must be asked
};

class Candidates {
 public:
  enum class Order : std::uint8_t { newest_first, oldest_first };

  /// `place`: those created before it, newest first, or those created behind it, oldest first.
  Candidates(const ViewReader& views, const TenantId& tenant, Sequence as_of, Order order, std::optional<Sequence> place);

  /// The next one, each once. Throws StoreFailure.
  std::optional<Candidate> next();

 private:
  /// Where candidates stand, in their order.
  struct Source {
    std::unique_ptr<ViewCursor> cursor;
    std::size_t prefix_bytes;
    bool tells_unsteady;
    std::optional<Sequence> created;  ///< of the entry at which it stands; nothing at its end
  };
  void add(std::unique_ptr<ViewCursor> cursor, std::string prefix, bool tells_unsteady);
  void add_lives(const ViewReader& views, const TenantId& tenant);
  void look(Source& source) const;
  void go_on(Source& source) const;
  std::optional<Sequence> nearest() const;

  Sequence as_of_;
  Order order_;
  Sequence begin_;  ///< the first place that is of interest
  std::vector<Source> sources_;
};

}  // namespace dialin::projections
