#include "api/http/as_of.h"

#include <algorithm>

namespace dialin::http {
namespace {

constexpr std::string_view kName = "as_of";
constexpr std::size_t kOffsetChars = 6;  // `+02:00`

bool may_look_back(const Route& route) {
  return std::find(route.query.begin(), route.query.end(), kName) != route.query.end();
}

std::string with_plus(std::string_view text) {
  std::string time(text);
  if (time.size() > kOffsetChars && time[time.size() - kOffsetChars] == ' ') time[time.size() - kOffsetChars] = '+';
  return time;
}

}  // namespace

std::optional<LogPoint> parse_as_of(std::string_view text) {
  return parse_log_point(with_plus(text));
}

Result<std::optional<LogPoint>, Problem> as_of_wish(const Call& call) {
  const Route& route = *call.admitted.route;
  if (call.request().query.empty() || !may_look_back(route)) return std::optional<LogPoint>();
  const Result<Query, Violations> query = Query::parse(call.request().query, route.query);
  const std::string* text = query ? query->find(kName) : nullptr;
  if (text == nullptr) return std::optional<LogPoint>();
  if (!call.admitted.caller->may(Scope::audit))
    return Problem{ErrorKind::forbidden, "the API key lacks the scope audit, which as_of needs beside the call's own"};
  const std::optional<LogPoint> as_of = parse_as_of(*text);
  if (!as_of) return invalid(std::string(kName), std::string(kNoLogPoint));
  if (!call.wiring.views.can_look_back()) return cannot_look_back(call.wiring, kName);
  return as_of;
}

Problem cannot_look_back(const Wiring& wiring, std::string_view what) {
  const auto progress = wiring.rebuilding ? wiring.rebuilding() : std::nullopt;
  const std::string percent = progress ? ": " + std::to_string(progress->percent()) + " %" : "";
  return {ErrorKind::unavailable, "the views are being rebuilt" + percent + "; " + std::string(what) + " will be answered when they are"};
}

bool is_applied(const LogPoint& as_of, const Wiring& wiring) {
  if (const Sequence* sequence = std::get_if<Sequence>(&as_of)) return *sequence <= wiring.watch.applied();
  return std::get<Instant>(as_of) <= wiring.views.position().time;
}

std::optional<Problem> check_within(const LogPoint& as_of, Sequence end) {
  const Sequence* sequence = std::get_if<Sequence>(&as_of);
  if (sequence == nullptr || *sequence <= end) return std::nullopt;
  return invalid(std::string(kName), "must not lie beyond the log's end, " + std::to_string(end.value));
}

Result<Sequence, Problem> place_of(const LogPoint& as_of, const Wiring& wiring) {
  const projections::Views& views = wiring.views;
  if (const Sequence* sequence = std::get_if<Sequence>(&as_of)) return views.whole(*sequence);
  const Instant time = std::get<Instant>(as_of);
  // Times on the chain may be ahead of this node's clock. What they name is no future.
  if (time > wiring.clock.now() && time > views.position().time) return invalid(std::string(kName), "must not lie in the future");
  return views.whole(views.sequence_at(time));
}

}  // namespace dialin::http
