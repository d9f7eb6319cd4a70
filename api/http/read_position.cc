#include "api/http/read_position.h"

#include <algorithm>

#include "api/http/decimal.h"

namespace dialin::http {
namespace {

constexpr std::string_view kNotApplied = "this node has not applied the log up to what was asked for";
constexpr std::string_view kEndNotLearnt = "the log's end cannot be learnt, or not be read up to, now: see /readyz";

struct Wish {
  Sequence at_least;
  bool is_strong = false;
};

Result<Wish, Problem> wish_of(const Request& request) {
  Wish wish;
  if (const auto field = request.field(Field::dialin_min_sequence)) {
    const std::optional<std::uint64_t> number = parse_decimal(*field);
    if (!number) return invalid("Dialin-Min-Sequence", "must be a sequence: an integer of at least 0");
    wish.at_least = {*number};
  }
  if (const auto field = request.field(Field::dialin_consistency)) {
    if (*field != "strong") return invalid("Dialin-Consistency", "must be strong, or be left out");
    wish.is_strong = true;
  }
  return wish;
}

void serve(Call& call) {
  try {
    call.admitted.route->serve(call);
  } catch (const std::exception& fault) {
    if (call.is_taken) throw;
    call.refuse(failed(call.wiring.telemetry, fault.what()));
  }
}

/// Goes on where serve_at_position() left off, on the session's thread. `hindrance`: static text; empty: none.
void resume(const Wiring& wiring, const Admitted& admitted, const Reply& reply, std::string_view hindrance) {
  reply.run([&wiring, admitted, hindrance](Exchange& exchange) {
    Call call{wiring, exchange, admitted};
    if (hindrance.empty()) {
      serve(call);
    } else {
      call.refuse({ErrorKind::unavailable, std::string(hindrance)});
    }
  });
}

}  // namespace

void serve_at_position(Call& call) {
  const Result<Wish, Problem> read = wish_of(call.request());
  if (!read) return call.refuse(read.error());
  const Wish wish = *read;
  if (!wish.is_strong && wish.at_least <= call.applied()) return call.admitted.route->serve(call);

  const auto deadline = std::chrono::steady_clock::now() + kPositionWait;
  auto go_on = [&wiring = call.wiring, admitted = call.admitted, reply = call.later()](std::string_view hindrance) {
    resume(wiring, admitted, reply, hindrance);
  };
  const auto reached = [go_on](bool is_reached) { go_on(is_reached ? std::string_view() : kNotApplied); };
  if (!wish.is_strong) return call.wiring.watch.wait(wish.at_least, deadline, reached);
  call.wiring.log.confirm_end([&watch = call.wiring.watch, wish, deadline, go_on, reached](Result<Sequence, LogError> end) {
    if (!end) return go_on(kEndNotLearnt);
    watch.wait(std::max(*end, wish.at_least), deadline, reached);
  });
}

}  // namespace dialin::http
