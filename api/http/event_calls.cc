// The tenant's events: GET /events, GET /domain-dialin-config/{id}/history, and where GET /events/stream begins.

#include <functional>

#include "api/http/authorization.h"
#include "api/http/call.h"
#include "api/http/calls.h"
#include "api/http/decimal.h"
#include "api/http/event_stream.h"

namespace dialin::http {
namespace {

using projections::EventPage;
using projections::Shown;

constexpr std::uint64_t kEventsDefault = 100;
/// Events are read in slices and a page ends early when its text has become this long: `more` says so, and no page needs unbounded memory.
constexpr std::size_t kSliceEvents = 64;
constexpr std::size_t kPageBytesMax = 4 * 1024 * 1024;

struct PageRequest {
  Sequence after;
  std::size_t limit;
};
using ReadSlice = std::function<std::optional<EventPage>(Sequence after, std::size_t limit)>;

std::optional<PageRequest> page_request(Call& call) {
  const std::optional<Query> query = call.query();
  if (!query) return std::nullopt;
  Violations broken;
  const Sequence after{query->number("after", 0, 0, INT64_MAX, broken)};
  const std::size_t limit = query->number("limit", kEventsDefault, 1, projections::kEventsLimitMax, broken);
  if (broken.empty()) return PageRequest{after, limit};
  call.refuse(invalid(std::move(broken)));
  return std::nullopt;
}

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

void answer_page(Call& call, const PageRequest& request, ReadSlice read) {
  call.answer_slowly([&wiring = call.wiring, manner = call.admitted.manner, request, read = std::move(read)] {
    const Sequence applied = wiring.watch.applied();
    std::optional<std::string> body = page_body(wiring.codec, request, read);
    return body ? manner.answer(std::move(*body), applied) : manner.refusal(no_such_config(), applied);
  });
}

/// Where a stream begins, from `Last-Event-ID` (which a reader that reconnects sends, so it wins) or `after`; nothing: from now.
Result<std::optional<Sequence>, Problem> start_of(const Request& request, const Query& query) {
  const auto header = request.field(Field::last_event_id);
  const std::string* parameter = query.find("after");
  if (!header && parameter == nullptr) return std::optional<Sequence>();
  const std::optional<std::uint64_t> place = parse_decimal(header ? *header : std::string_view(*parameter));
  if (!place) return invalid(header ? "Last-Event-ID" : "after", "must be a sequence: an integer of at least 0");
  return std::optional<Sequence>(Sequence{*place});
}

Problem beyond_the_end(const Call& call, Sequence end) {
  const char* named = call.request().field(Field::last_event_id) ? "Last-Event-ID" : "after";
  return invalid(named, "must not lie beyond the log's end, " + std::to_string(end.value));
}

void begin_stream(Call& call, std::optional<Sequence> start) {
  Response response = call.admitted.manner.answer({}, call.applied(), "Cache-Control: no-store\r\n");
  response.content_type = "text/event-stream";
  const std::optional<std::string_view> key = bearer_key(*call.request().field(Field::authorization));
  EventHub::Subscription wish{call.tenant(), start, std::string(*key)};
  call.stream(std::move(response), call.wiring.hub.subscribe(call.exchange.thread(), std::move(wish)));
}

}  // namespace

void get_history(Call& call) {
  const std::optional<PageRequest> request = page_request(call);
  if (!request) return;
  const std::optional<ConfigId> id = call.id();
  if (!id) return call.refuse(no_such_config());
  answer_page(call, *request, [&views = call.wiring.views, tenant = call.tenant(), id = *id](Sequence after, std::size_t limit) {
    return views.history(tenant, id, after, limit);
  });
}

void get_events(Call& call) {
  const std::optional<PageRequest> request = page_request(call);
  if (!request) return;
  answer_page(call, *request, [&views = call.wiring.views, tenant = call.tenant()](Sequence after, std::size_t limit) {
    return std::optional<EventPage>(views.events(tenant, after, limit));
  });
}

void stream_events(Call& call) {
  const std::optional<Query> query = call.query();
  if (!query) return;
  const Result<std::optional<Sequence>, Problem> start = start_of(call.request(), *query);
  if (!start) return call.refuse(start.error());
  const EventLog& log = call.wiring.log;
  if (!*start || **start <= log.tail().sequence) return begin_stream(call, *start);
  if (!log.is_shared()) return call.refuse(beyond_the_end(call, log.tail().sequence));
  // This node may not have heard of it yet.
  log.confirm_end([&wiring = call.wiring, admitted = call.admitted, start = *start, reply = call.later()](Result<Sequence, LogError> end) {
    reply.run([&wiring, admitted, start, end](Exchange& exchange) {
      Call resumed{wiring, exchange, admitted};
      if (!end) return resumed.refuse({ErrorKind::unavailable, "the log's end cannot be learnt"});
      if (*start > *end) return resumed.refuse(beyond_the_end(resumed, *end));
      begin_stream(resumed, start);
    });
  });
}

}  // namespace dialin::http
