#pragma once
// One request being served: what was found out about it, and the ways to answer. Lives on the session's thread for one handle() or one
// Reply::run().

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/errors.h"
#include "api/http/handler.h"
#include "api/http/query.h"
#include "api/http/routes.h"
#include "api/http/wiring.h"
#include "domain/trace.h"

namespace dialin::http {

/// How every answer to one request looks. Copied to wherever the answer is made.
struct Manner {
  std::string request_id;
  TraceRef trace = {};      ///< that the request belongs to
  bool as_problem = false;  ///< errors as application/problem+json
  std::string limits = {};  ///< complete lines: where the key stands in its rate limits; empty without any

  /// `headers` are further complete lines.
  Response answer(std::string body, Sequence sequence, std::string_view headers = {}) const;
  Response refusal(const Problem& problem, Sequence sequence) const;
};
/// Which is noted in `account`. The caller's trace, but for one that is malformed or given twice. The caller's X-Request-Id when it is 1 to
/// 128 visible ASCII characters, else a fresh UUID.
Manner manner_of(const Request& request, const Random& random, Account& account);

/// What was found out about a request before it is served; good until it is answered.
struct Admitted {
  Manner manner;
  const Route* route = nullptr;
  std::string_view argument;
  std::shared_ptr<const Caller> caller;  ///< null for operations
  std::optional<Sequence> as_of = {};    ///< where the call looks back to; nothing: at the present
};

struct Call {
  const Wiring& wiring;
  Exchange& exchange;
  Admitted admitted;
  bool is_taken = false;  ///< an answer was given, or promised by later()

  const Request& request() const { return exchange.request(); }
  const TenantId& tenant() const { return admitted.caller->tenant; }
  /// The config id in the path. Nothing when it is no UUID: then no config has it.
  std::optional<ConfigId> id() const { return ConfigId::parse(admitted.argument); }
  /// What is applied here. Asked for before the views are read, an answer reflects at least this.
  Sequence applied() const { return wiring.watch.applied(); }
  /// What an answer stands for: the place that was asked for, or what is applied() before the views are read.
  Sequence position() const { return admitted.as_of ? *admitted.as_of : applied(); }

  void respond(Response response);
  void answer(std::string body, std::string_view headers = {}) { respond(admitted.manner.answer(std::move(body), position(), headers)); }
  void refuse(const Problem& problem) { respond(admitted.manner.refusal(problem, position())); }
  Reply later();
  void stream(Response response, std::unique_ptr<StreamSource> source);

  /// The query's parameters, or nothing after the call was refused for them.
  std::optional<Query> query();

  /// Answers with what `work` makes on a thread for slow reads; 503 when too many wait. `work` must not use the call or the request. What
  /// it throws becomes a 500.
  void answer_slowly(std::function<Response()> work);
};

/// Of an exception that nobody expected; said to the operator, not to the caller.
Problem failed(Telemetry& telemetry, std::string_view what);

}  // namespace dialin::http
