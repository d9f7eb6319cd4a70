#include "api/http/read_position.h"

#include <algorithm>

#include "api/http/as_of.h"
#include "api/http/decimal.h"

namespace dialin::http {
namespace {

struct Wish {
  Sequence at_least;
  bool is_strong = false;
  std::optional<LogPoint> as_of;
};

Result<Wish, Problem> wish_of(const Call& call) {
  Wish wish;
  const Result<std::optional<LogPoint>, Problem> as_of = as_of_wish(call);
  if (!as_of) return as_of.error();
  wish.as_of = *as_of;
  if (const auto field = call.request().field(Field::dialin_min_sequence)) {
    const std::optional<std::uint64_t> number = parse_decimal(*field);
    if (!number) return invalid("Dialin-Min-Sequence", "must be a sequence: an integer of at least 0");
    wish.at_least = {*number};
  }
  if (const auto field = call.request().field(Field::dialin_consistency)) {
    if (*field != "strong") return invalid("Dialin-Consistency", "must be strong, or be left out");
    wish.is_strong = true;
  }
  return wish;
}

/// How far of a log that ends at `end`. A sequence alone needs no more than itself.
Sequence needed(const Wish& wish, Sequence end) {
  const Sequence* sequence = wish.as_of ? std::get_if<Sequence>(&*wish.as_of) : nullptr;
  return sequence != nullptr && !wish.is_strong ? *sequence : end;
}

Problem not_applied() {
  return {ErrorKind::unavailable, "this node has not applied the log up to what was asked for"};
}
Problem end_not_learnt() {
  return {ErrorKind::unavailable, "the log's end cannot be learnt, or not be read up to, now: see /readyz"};
}

/// Once everything that the call asks for is applied.
void serve(Call& call, const std::optional<LogPoint>& as_of) {
  if (as_of) {
    const Result<Sequence, Problem> place = place_of(*as_of, call.wiring);
    if (!place) return call.refuse(place.error());
    call.admitted.as_of = *place;
  }
  call.admitted.route->serve(call);
}

void serve_or_fail(Call& call, const std::optional<LogPoint>& as_of) {
  try {
    serve(call, as_of);
  } catch (const std::exception& fault) {
    if (call.is_taken) throw;
    call.refuse(failed(call.wiring.telemetry, fault.what()));
  }
}

/// Goes on where serve_at_position() left off, on the session's thread.
void resume(const Wiring& wiring, const Admitted& admitted, const std::optional<LogPoint>& as_of, const Reply& reply,
            const std::optional<Problem>& hindrance) {
  reply.run([&wiring, admitted, as_of, hindrance](Exchange& exchange) {
    Call call{wiring, exchange, admitted};
    if (hindrance) return call.refuse(*hindrance);
    serve_or_fail(call, as_of);
  });
}

}  // namespace

void serve_at_position(Call& call) {
  const Result<Wish, Problem> read = wish_of(call);
  if (!read) return call.refuse(read.error());
  const Wish wish = *read;
  const bool asks_for_the_end = wish.is_strong || (wish.as_of && !is_applied(*wish.as_of, call.wiring));
  if (!asks_for_the_end && wish.at_least <= call.applied()) return serve(call, wish.as_of);

  const auto deadline = std::chrono::steady_clock::now() + kPositionWait;
  auto go_on = [&wiring = call.wiring, admitted = call.admitted, as_of = wish.as_of,
                reply = call.later()](const std::optional<Problem>& hindrance) { resume(wiring, admitted, as_of, reply, hindrance); };
  const auto reached = [go_on](bool is_reached) { go_on(is_reached ? std::nullopt : std::optional(not_applied())); };
  if (!asks_for_the_end) return call.wiring.watch.wait(wish.at_least, deadline, reached);
  call.wiring.log.confirm_end([&watch = call.wiring.watch, wish, deadline, go_on, reached](Result<Sequence, LogError> end) {
    if (!end) return go_on(end_not_learnt());
    if (const auto hindrance = wish.as_of ? check_within(*wish.as_of, *end) : std::nullopt) return go_on(hindrance);
    watch.wait(std::max(wish.at_least, needed(wish, *end)), deadline, reached);
  });
}

}  // namespace dialin::http
