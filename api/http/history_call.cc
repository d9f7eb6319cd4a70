// GET /domain-dialin-config/{id}/history: a page of a config's events, or with `from` and `to` what differs between two of its versions.

#include "api/http/calls.h"
#include "api/http/event_page.h"

namespace dialin::http {
namespace {

struct Versions {
  Version from;
  Version to;
};

/// Nothing when the query asks for a page.
std::optional<Versions> versions_of(const Query& query, Violations& broken) {
  const bool has_from = query.find("from") != nullptr;
  const bool has_to = query.find("to") != nullptr;
  if (!has_from && !has_to) return std::nullopt;
  for (const char* parameter : {"after", "limit", "as_of"}) {
    if (query.find(parameter) != nullptr)
      broken.push_back({parameter, "must not be given together with from and to: it is for pages of events"});
  }
  if (!has_from) broken.push_back({"from", "must be given together with to: the version to compare from"});
  if (!has_to) broken.push_back({"to", "must be given together with from: the version to compare to"});
  return Versions{{query.number("from", 1, 1, INT64_MAX, broken)}, {query.number("to", 1, 1, INT64_MAX, broken)}};
}

Problem no_such_version(const projections::Views& views, const TenantId& tenant, const ConfigId& id, const Versions& asked) {
  const std::optional<ConfigState> state = views.state(tenant, id);
  if (!state) return no_such_config();
  const std::string rule = "must be one that the config has had: 1 to " + std::to_string(state->version.value);
  Violations broken;
  if (asked.from > state->version) broken.push_back({"from", rule});
  if (asked.to > state->version) broken.push_back({"to", rule});
  return invalid(std::move(broken));
}

void answer_difference(Call& call, const ConfigId& id, const Versions& asked) {
  call.answer_slowly([&wiring = call.wiring, manner = call.admitted.manner, tenant = call.tenant(), id, asked] {
    const Sequence applied = wiring.watch.applied();
    const auto from = wiring.views.version_event(tenant, id, asked.from);
    const auto to = wiring.views.version_event(tenant, id, asked.to);
    if (!from || !to) return manner.refusal(no_such_version(wiring.views, tenant, id, asked), applied);
    std::string body;
    wiring.codec.compare(from->record, from->event, to->record, to->event, body);
    return manner.answer(std::move(body), applied);
  });
}

}  // namespace

void get_history(Call& call) {
  const std::optional<Query> query = call.query();
  if (!query) return;
  Violations broken;
  const std::optional<Versions> versions = versions_of(*query, broken);
  const PageRequest page = page_request(*query, broken);
  if (!broken.empty()) return call.refuse(invalid(std::move(broken)));
  const std::optional<ConfigId> id = call.id();
  if (!id) return call.refuse(no_such_config());
  if (versions) return answer_difference(call, *id, *versions);
  answer_page(call, page,
              [&views = call.wiring.views, tenant = call.tenant(), id = *id, until = call.admitted.as_of.value_or(projections::kNoEnd)](
                  Sequence after, std::size_t limit) { return views.history(tenant, id, after, limit, until); });
}

}  // namespace dialin::http
