#include "api/http/event_page.h"

#include <algorithm>

namespace dialin::http {
namespace {

using projections::EventPage;
using projections::Shown;

/// Events are read in slices and a page ends early when its text has become this long: `more` says so, and no page needs unbounded memory.
constexpr std::size_t kSliceEvents = 64;
constexpr std::size_t kPageBytesMax = 4 * 1024 * 1024;

/// Nothing when there is nothing to page through.
std::optional<std::string> page_body(const Codec& codec, const PageRequest& request, const ReadSlice& read) {
  std::string body = R"({"data":[)";
  PageRequest rest = request;
  bool more = true;
  while (more && rest.limit > 0 && body.size() < kPageBytesMax) {
    std::optional<EventPage> slice;
    try {
      slice = read(rest.after, std::min(rest.limit, kSliceEvents));
    } catch (const projections::LogDamaged&) {
      // The page ends before the damage, if anything stands there; the one that begins with it fails.
      if (rest.limit == request.limit) throw;
      break;
    }
    if (!slice) return std::nullopt;
    for (const Shown& shown : slice->events) {
      if (body.back() != '[') body += ',';
      codec.show(shown.record, shown.event, body);
    }
    more = slice->more;
    rest.after = {slice->next_after};
    rest.limit -= slice->events.size();
  }
  return body + R"(],"next_after":)" + std::to_string(rest.after.value) + R"(,"more":)" + (more ? "true}" : "false}");
}

}  // namespace

PageRequest page_request(const Query& query, Violations& broken) {
  const Sequence after{query.number("after", 0, 0, INT64_MAX, broken)};
  return {after, query.number("limit", kEventsDefault, 1, projections::kEventsLimitMax, broken)};
}

void answer_page(Call& call, const PageRequest& request, ReadSlice read) {
  call.answer_slowly([&wiring = call.wiring, manner = call.admitted.manner, as_of = call.admitted.as_of, request, read = std::move(read)] {
    const Sequence position = as_of ? *as_of : wiring.watch.applied();
    std::optional<std::string> body = page_body(wiring.codec, request, read);
    return body ? manner.answer(std::move(*body), position) : manner.refusal(no_such_config(), position);
  });
}

}  // namespace dialin::http
