#include "api/http/entrance.h"

#include "api/http/call.h"
#include "api/http/operation_answers.h"

namespace dialin::http {
namespace {

constexpr Sequence kNothingApplied{0};

}  // namespace

void Entrance::handle(Exchange& exchange) {
  if (Handler* store = store_.load(std::memory_order_acquire)) return store->handle(exchange);
  exchange.respond(answer(exchange.request(), exchange.account()));
}

Response Entrance::malformed(unsigned status, std::string_view why, const Request& known, Account& account) {
  if (Handler* store = store_.load(std::memory_order_acquire)) return store->malformed(status, why, known, account);
  return manner_of(known, random_, account).refusal(problem_of_status(status, why), kNothingApplied);
}

void Entrance::waits(std::string why) {
  const std::lock_guard lock(mutex_);
  why_ = std::move(why);
}

std::string Entrance::why() const {
  const std::lock_guard lock(mutex_);
  return why_;
}

Response Entrance::answer(const Request& request, Account& account) const {
  account.row = row_of(match_route(request.method, request.path));
  const Manner manner = manner_of(request, random_, account);
  if (request.method == Method::get || request.method == Method::head) {
    if (request.path == "/healthz") return health_answer(manner, kNothingApplied);
    if (request.path == "/readyz") return readiness_answer(manner, {"starting", kNothingApplied, kNothingApplied, {why()}});
    if (request.path == "/metrics") return metrics_answer(manner, telemetry_, kNothingApplied);
  }
  return manner.refusal({ErrorKind::unavailable, why()}, kNothingApplied);
}

}  // namespace dialin::http
