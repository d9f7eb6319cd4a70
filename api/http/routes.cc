#include "api/http/routes.h"

#include <array>

#include "api/http/calls.h"

namespace dialin::http {
namespace {

constexpr std::array<std::string_view, 9> kListQuery = {"limit",        "starting_after", "ending_before", "phone_number", "phone_numbers",
                                                        "sip_username", "name_prefix",    "type",          "as_of"};
constexpr std::array<std::string_view, 1> kLookBackQuery = {"as_of"};
constexpr std::array<std::string_view, 1> kWriteQuery = {"dry_run"};
constexpr std::array<std::string_view, 2> kPageQuery = {"after", "limit"};
constexpr std::array<std::string_view, 5> kHistoryQuery = {"after", "limit", "from", "to", "as_of"};
constexpr std::array<std::string_view, 3> kNumberHistoryQuery = {"after", "limit", "as_of"};
constexpr std::array<std::string_view, 1> kStreamQuery = {"after"};
constexpr std::span<const std::string_view> kNone = {};

constexpr std::string_view kConfigs = "/domain-dialin-config";
constexpr std::string_view kConfig = "/domain-dialin-config/{id}";

// The most asked for comes first: the table is searched from its beginning.
constexpr std::array kRoutes = {
    Route{Method::get, kConfig, Needs::read, false, kLookBackQuery, get_config},
    Route{Method::put, kConfig, Needs::write, true, kWriteQuery, update_config},
    Route{Method::post, kConfig, Needs::write, true, kWriteQuery, update_config},
    Route{Method::del, kConfig, Needs::write, false, kWriteQuery, delete_config},
    Route{Method::get, kConfigs, Needs::read, false, kListQuery, list_configs},
    Route{Method::post, kConfigs, Needs::write, true, kWriteQuery, create_config},
    Route{Method::get, "/numbers/{number}", Needs::read, false, kLookBackQuery, get_number},
    Route{Method::get, "/numbers/{number}/history", Needs::audit, false, kNumberHistoryQuery, get_number_history},
    Route{Method::post, "/domain-dialin-config/{id}/move", Needs::write, true, kWriteQuery, move_config},
    Route{Method::post, "/domain-dialin-config/{id}/restore", Needs::write, true, kWriteQuery, restore_config},
    Route{Method::get, "/domain-dialin-config/{id}/history", Needs::audit, false, kHistoryQuery, get_history},
    Route{Method::get, "/events", Needs::audit, false, kPageQuery, get_events},
    Route{Method::get, "/events/stream", Needs::audit, false, kStreamQuery, stream_events},
    Route{Method::get, "/", Needs::key, false, kNone, get_domain},
    Route{Method::get, "/healthz", Needs::nothing, false, kNone, get_health},
    Route{Method::get, "/readyz", Needs::nothing, false, kNone, get_readiness},
    Route{Method::get, "/metrics", Needs::nothing, false, kNone, get_metrics},
    Route{Method::get, "/checkpoint", Needs::nothing, false, kNone, get_checkpoint},
    Route{Method::get, "/openapi.json", Needs::nothing, false, kNone, get_openapi},
    Route{Method::get, "/asyncapi.json", Needs::nothing, false, kNone, get_asyncapi},
};

/// Whether `path` has the form of `pattern`; what stands at the braces is left in `argument`.
bool fits(std::string_view pattern, std::string_view path, std::string_view& argument) {
  const std::size_t open = pattern.find('{');
  if (open == std::string_view::npos) return path == pattern;
  if (!path.starts_with(pattern.substr(0, open))) return false;
  const std::string_view rest = path.substr(open);
  const std::size_t end = std::min(rest.find('/'), rest.size());
  if (end == 0 || rest.substr(end) != pattern.substr(pattern.find('}') + 1)) return false;
  argument = rest.substr(0, end);
  return true;
}

}  // namespace

std::optional<Scope> scope_of(Needs needs) {
  switch (needs) {
    case Needs::read:
      return Scope::read;
    case Needs::write:
      return Scope::write;
    case Needs::audit:
      return Scope::audit;
    case Needs::nothing:
    case Needs::key:
      break;
  }
  return std::nullopt;
}

std::span<const Route> routes() {
  return kRoutes;
}

Match match_route(Method method, std::string_view path) {
  if (path.empty()) path = "/";  // `/v1` alone
  const Method asked = method == Method::head ? Method::get : method;
  Match match;
  for (const Route& route : kRoutes) {
    if (match.path != nullptr && route.pattern.data() != match.path->pattern.data()) break;
    if (match.path == nullptr) {
      if (!fits(route.pattern, path, match.argument)) continue;
      match.path = &route;
    }
    if (route.method == asked) {
      match.route = &route;
      break;
    }
  }
  return match;
}

std::vector<RouteName> route_names() {
  std::vector<RouteName> names{{"other", "malformed"}, {"other", "unknown"}};
  for (const Route& route : kRoutes) names.push_back({name_of(route.method), route.pattern, route.needs == Needs::nothing});
  return names;
}

std::size_t row_of(const Match& match) {
  return match.route == nullptr ? kUnknownRow : kUnknownRow + 1 + static_cast<std::size_t>(match.route - kRoutes.data());
}

std::string allowed_methods(const Route& path) {
  std::string methods;
  for (const Route& route : kRoutes) {
    if (route.pattern != path.pattern) continue;
    if (!methods.empty()) methods += ", ";
    methods += name_of(route.method);
    if (route.method == Method::get) methods += ", HEAD";
  }
  return methods;
}

}  // namespace dialin::http
