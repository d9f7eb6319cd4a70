#pragma once
// How a page of a tenant's configs as of a sequence is found; otherwise as listing.h. Works on one snapshot. One thread; lives for one
// request.

#include <deque>
#include <optional>

#include "projections/candidates.h"
#include "projections/list_request.h"
#include "projections/past.h"

namespace dialin::projections {

class PastListing {
 public:
  /// `request` has an `as_of`.
  PastListing(const Past& past, const ListRequest& request) : past_(past), request_(request), as_of_(*request.as_of) {}

  /// See Views::list().
  std::optional<ListPage> page();

 private:
  ListPage page_of_all(std::optional<Sequence> place);
  ListPage page_of_one(const std::optional<ConfigId>& candidate, std::optional<Sequence> place) const;
  ListPage page_of_scanned(std::optional<Sequence> place);
  bool fits(const Candidate& candidate);
  std::optional<Past::State> state_of(const Candidate& candidate);

  const Past& past_;
  const ListRequest& request_;
  Sequence as_of_;
  /// What the last one was at, when it has changed since: configs that stand together in a list are alike. Nothing: it is as it was.
  std::optional<Version> guess_;
};

}  // namespace dialin::projections
