#pragma once
// What is said over HTTP, as a whole: takes each request through the same steps, in this order: path (404), key (400, 401, 429), rate
// (429), method (405), scope (403), headers and media type (400, 415). A write goes from there to the node that leads, when that is another
// one (forward.h); a read waits for the log position that was asked for (503). Then the call's own function serves it (calls.h). Every
// answer carries X-Request-Id and Dialin-Sequence.

#include "api/http/call.h"
#include "api/http/failed_keys.h"
#include "api/http/handler.h"
#include "api/http/rate_limit.h"
#include "api/http/wiring.h"

namespace dialin::http {

class Api : public Handler {
 public:
  explicit Api(Wiring wiring);

  void handle(Exchange& exchange) override;
  Response malformed(unsigned status, std::string_view why, const Request& known, Account& account) override;

  /// For which /readyz answers 503; none: 200. Any thread.
  std::vector<std::string> reasons_not_ready() const;

 private:
  /// Why the request may not be served, or nothing: then `call` knows its caller.
  std::optional<Problem> admit(Call& call, const Match& match);
  /// Why the caller must wait, or nothing.
  std::optional<Problem> limit(Call& call);
  /// What a caller without a good key is told: `why`, or that its address has been told often enough.
  Problem turn_away(const Call& call, Problem why);

  Wiring wiring_;
  RateLimit rate_limit_;
  FailedKeys failed_keys_;
};

}  // namespace dialin::http
