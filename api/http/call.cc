#include "api/http/call.h"

#include <algorithm>
#include <array>

#include "api/http/key_shape.h"

namespace dialin::http {
namespace {

constexpr std::size_t kRequestIdMax = 128;

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

/// Random bytes are drawn for many ids at a time: asking for 16 costs as much as asking for 4096.
std::string fresh_request_id(const Random& random) {
  struct Pool {
    std::array<std::uint8_t, 4096> bytes{};
    std::size_t used = sizeof bytes;
  };
  thread_local Pool pool;
  if (pool.used == pool.bytes.size()) {
    random.fill(pool.bytes);
    pool.used = 0;
  }
  Bytes16 mine;
  std::copy_n(pool.bytes.begin() + static_cast<std::ptrdiff_t>(pool.used), mine.size(), mine.begin());
  pool.used += mine.size();
  return random_id<ConfigId>(mine).text();  // no config's, but a UUID all the same
}

Problem too_many_slow_reads() {
  return {ErrorKind::unavailable, "too many long reads are waiting"};
}

void add_common(std::string& headers, const Manner& manner, Sequence sequence) {
  headers.append("X-Request-Id: ")
      .append(manner.request_id)
      .append("\r\nDialin-Sequence: ")
      .append(std::to_string(sequence.value))
      .append("\r\n")
      .append(manner.limits);
}

/// Nobody could say which of two parents is meant. Of a state there may be several fields, which are one (request_parser.cc).
TraceRef trace_of(const Request& request) {
  const std::optional<std::string_view> parent = request.field(Field::traceparent);
  if (!parent || request.is_repeated(Field::traceparent)) return nullptr;
  std::optional<Trace> trace = parse_trace(*parent, request.field(Field::tracestate));
  // It goes on into the event, for ever.
  if (trace && holds_key(trace->state)) trace->state.clear();
  return trace ? std::make_shared<const Trace>(std::move(*trace)) : nullptr;
}

}  // namespace

Manner manner_of(const Request& request, const Random& random, Account& account) {
  Manner manner;
  manner.as_problem = wants_problem(request.field(Field::accept));
  const std::optional<std::string_view> given = request.field(Field::x_request_id);
  // It stands in lines and in events for ever, so one that holds a key is none.
  const bool is_fit = given && !given->empty() && given->size() <= kRequestIdMax && is_visible(*given) &&
                      !request.is_repeated(Field::x_request_id) && !holds_key(*given);
  manner.request_id = is_fit ? std::string(*given) : fresh_request_id(random);
  account.request_id = manner.request_id;
  manner.trace = trace_of(request);
  if (manner.trace) account.trace_id = manner.trace->id();
  return manner;
}

Response Manner::answer(std::string body, Sequence sequence, std::string_view headers) const {
  Response response;
  response.headers.reserve(128 + request_id.size() + limits.size() + headers.size());
  add_common(response.headers, *this, sequence);
  response.headers.append(headers);
  response.body = std::move(body);
  return response;
}

Response Manner::refusal(const Problem& problem, Sequence sequence) const {
  Response response = render(problem, as_problem);
  add_common(response.headers, *this, sequence);
  return response;
}

void Call::respond(Response response) {
  is_taken = true;
  exchange.respond(std::move(response));
}

Reply Call::later() {
  is_taken = true;
  return exchange.later();
}

void Call::stream(Response response, std::unique_ptr<StreamSource> source) {
  is_taken = true;
  exchange.stream(std::move(response), std::move(source));
}

std::optional<Query> Call::query() {
  Result<Query, Violations> query = Query::parse(request().query, admitted.route->query);
  if (query) return std::move(*query);
  refuse(invalid(query.error()));
  return std::nullopt;
}

void Call::answer_slowly(std::function<Response()> work) {
  const Reply reply = later();
  using Turn = service::SlowReads::Turn;
  // Whoever calls without a key stands in one row with all the others who do.
  const TenantId whose = admitted.caller ? tenant() : TenantId{};
  const bool is_queued =
      wiring.slow_reads.submit(whose, [&to = wiring, manner = admitted.manner, reply, work = std::move(work)](Turn turn) {
        if (turn == Turn::too_late) return reply.respond(manner.refusal(too_many_slow_reads(), to.watch.applied()));
        try {
          reply.respond(work());
        } catch (const std::exception& fault) {
          reply.respond(manner.refusal(failed(to.telemetry, fault.what()), to.watch.applied()));
        }
      });
  if (!is_queued) reply.respond(admitted.manner.refusal(too_many_slow_reads(), applied()));
}

Problem failed(Telemetry& telemetry, std::string_view what) {
  telemetry.say(Level::error, "a request failed: " + std::string(what));
  return {ErrorKind::internal, "the server failed to answer; its log says why"};
}

}  // namespace dialin::http
