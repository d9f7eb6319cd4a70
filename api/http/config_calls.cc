#include "api/http/config_calls.h"

#include "api/http/calls.h"
#include "api/http/conditions.h"
#include "api/http/config_answer.h"

namespace dialin::http {

void answer_config(Call& call, const ConfigId& id, const projections::ConfigRow& row, Sequence position) {
  const Manner& manner = call.admitted.manner;
  const std::string etag = "ETag: " + etag_of(row.version) + "\r\n";
  if (const auto field = call.request().field(Field::if_none_match)) {
    const Result<bool, BrokenRule> is_named = none_match_names(*field, row.version);
    if (!is_named) return call.refuse(invalid("If-None-Match", is_named.error().text));
    if (*is_named) {
      Response unchanged = manner.answer({}, position, etag);
      unchanged.status = 304;
      unchanged.content_type = {};
      return call.respond(std::move(unchanged));
    }
  }
  std::string body;
  append_opened(row.answer, row.hmac, call.tenant(), id, call.wiring.secrets, body);
  call.respond(manner.answer(std::move(body), position, etag));
}

void get_config(Call& call) {
  if (!call.query()) return;
  const Sequence position = call.position();
  const std::optional<ConfigId> id = call.id();
  if (!id) return call.refuse(no_such_config());
  const projections::Views& views = call.wiring.views;
  const std::optional<projections::ConfigRow> row =
      call.admitted.as_of ? views.config_as_of(call.tenant(), *id, *call.admitted.as_of) : views.config(call.tenant(), *id);
  if (!row) return call.refuse(no_such_config());
  answer_config(call, *id, *row, position);
}

}  // namespace dialin::http
