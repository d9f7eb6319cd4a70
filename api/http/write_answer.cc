#include "api/http/write_answer.h"

#include "api/http/conditions.h"
#include "api/http/config_answer.h"

namespace dialin::http {
namespace {

using service::WriteCode;
using service::WriteResult;

/// What the answer must know of the request, which is gone by then.
struct Asked {
  Manner manner;
  TenantId tenant;
  bool makes_new = false;  ///< create and move: the answer has a Location
};

bool is_refusal(WriteCode code) {
  return code != WriteCode::stored && code != WriteCode::replayed && code != WriteCode::unchanged && code != WriteCode::would_store;
}

Response answer_of(const Wiring& wiring, const Asked& asked, const WriteResult& result) {
  if (is_refusal(result.code)) return asked.manner.refusal(problem_of(result), std::max(result.sequence, wiring.watch.applied()));
  const ConfigState& state = *result.state;
  if (state.deleted) return asked.manner.answer(R"({"status":"deleted","id":")" + state.id.text() + R"("})", result.sequence);

  std::string body;
  append_opened(wiring.codec.answer(state, result.moved_from), state.config.hmac, asked.tenant, state.id, wiring.secrets, body);
  std::string headers;
  // A dry run's version and id are of nothing that anybody could ask for.
  if (result.code != WriteCode::would_store) {
    headers = "ETag: " + etag_of(state.version) + "\r\n";
    if (asked.makes_new) headers += "Location: /v1/domain-dialin-config/" + state.id.text() + "\r\n";
  }
  return asked.manner.answer(std::move(body), result.sequence, headers);
}

std::string_view why_not(service::Submitted submitted) {
  return submitted == service::Submitted::share_used ? "too many of this tenant's writes are waiting" : "too many writes are waiting";
}

}  // namespace

Problem not_taken(bool may_be_stored_before, const std::string& why) {
  if (!may_be_stored_before) return {ErrorKind::unavailable, why + ": nothing was stored"};
  return {ErrorKind::outcome_unknown, service::unknown_of_key(why)};
}

void submit(Call& call, Command command) {
  const bool may_be_stored = may_be_stored_before(command);
  const bool makes_new = std::holds_alternative<Create>(command.action) || std::holds_alternative<Move>(command.action);
  const Reply reply = call.later();
  const service::Submitted submitted = call.wiring.writer.submit(
      std::move(command),
      [&wiring = call.wiring, asked = Asked{call.admitted.manner, call.tenant(), makes_new}, reply](WriteResult result) {
        // Rendering, and opening the secret, is the io thread's work: the writer has the next group to decide.
        reply.run([&wiring, asked, result = std::move(result)](Exchange& exchange) {
          try {
            exchange.respond(answer_of(wiring, asked, result));
          } catch (const std::exception& fault) {
            exchange.respond(asked.manner.refusal(failed(wiring.telemetry, fault.what()), result.sequence));
          }
        });
      });
  if (submitted != service::Submitted::queued)
    reply.respond(call.admitted.manner.refusal(not_taken(may_be_stored, std::string(why_not(submitted))), call.applied()));
}

}  // namespace dialin::http
