#include "api/http/read_position.h"

#include <algorithm>

#include "api/http/decimal.h"

namespace dialin::http {
namespace {

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

/// Goes on where serve_at_position() left off, on the session's thread.
void resume(const Wiring& wiring, const Admitted& admitted, const Reply& reply, bool is_reached) {
  reply.run([&wiring, admitted, is_reached](Exchange& exchange) {
    Call call{wiring, exchange, admitted};
    if (is_reached) {
      serve(call);
    } else {
      call.refuse({ErrorKind::unavailable, "this node has not applied the log up to what was asked for"});
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
  auto go_on = [&wiring = call.wiring, admitted = call.admitted, reply = call.later()](bool is_reached) {
    resume(wiring, admitted, reply, is_reached);
  };
  if (!wish.is_strong) return call.wiring.watch.wait(wish.at_least, deadline, std::move(go_on));
  call.wiring.log.confirm_end([&watch = call.wiring.watch, wish, deadline, go_on](Result<Sequence, LogError> end) {
    if (!end) return go_on(false);
    watch.wait(std::max(*end, wish.at_least), deadline, go_on);
  });
}

}  // namespace dialin::http
