#pragma once
// Pages of events, as GET /events and GET /domain-dialin-config/{id}/history give them: `{"data","next_after","more"}`.

#include <functional>
#include <optional>

#include "api/http/call.h"

namespace dialin::http {

constexpr std::uint64_t kEventsDefault = 100;

struct PageRequest {
  Sequence after;
  std::size_t limit;
};
/// `after` and `limit` of a query. What is wrong is added to `broken`.
PageRequest page_request(const Query& query, Violations& broken);

/// At most `limit` events behind `after`; nothing when there is nothing to page through, which becomes a 404. Any thread.
using ReadSlice = std::function<std::optional<projections::EventPage>(Sequence after, std::size_t limit)>;
/// `read` looks back itself when the call does.
void answer_page(Call& call, const PageRequest& request, ReadSlice read);

}  // namespace dialin::http
