#include "api/http/places_under_way.h"

#include "domain/invariant.h"

namespace dialin::http {

std::string_view PlacesUnderWay::take(const std::optional<TenantId>& tenant) {
  const std::lock_guard lock(mutex_);
  if (taken_ >= most_) return "too many writes are on their way to the node that leads";
  if (tenant) {
    const auto row = taken_by_.find(*tenant);
    if (row != taken_by_.end() && row->second >= most_ - taken_)
      return "too many of this tenant's writes are on their way to the node that leads";
    ++taken_by_[*tenant];
  }
  ++taken_;
  return {};
}

void PlacesUnderWay::give_back(const std::optional<TenantId>& tenant) {
  const std::lock_guard lock(mutex_);
  --taken_;
  if (!tenant) return;
  const auto row = taken_by_.find(*tenant);
  invariant(row != taken_by_.end(), "a place that is given back was taken");
  if (--row->second == 0) taken_by_.erase(row);
}

}  // namespace dialin::http
