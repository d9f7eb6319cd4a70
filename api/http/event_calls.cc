// The tenant's events: GET /events, and where GET /events/stream begins.

#include "api/http/authorization.h"
#include "api/http/call.h"
#include "api/http/calls.h"
#include "api/http/decimal.h"
#include "api/http/event_page.h"
#include "api/http/event_stream.h"

namespace dialin::http {
namespace {

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

void get_events(Call& call) {
  const std::optional<Query> query = call.query();
  if (!query) return;
  Violations broken;
  const PageRequest page = page_request(*query, broken);
  if (!broken.empty()) return call.refuse(invalid(std::move(broken)));
  answer_page(call, page, [&views = call.wiring.views, tenant = call.tenant()](Sequence after, std::size_t limit) {
    return std::optional(views.events(tenant, after, limit));
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
