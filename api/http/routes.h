#pragma once
// The calls of the contract: one table of method, path, scope and query parameters, and how a request finds its row. Static; any thread.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"
#include "domain/access.h"
#include "domain/answered_request.h"

namespace dialin::http {

struct Call;

/// Who may call.
enum class Needs : std::uint8_t {
  nothing,  ///< operations: no key
  key,      ///< any key
  read,
  write,
  audit,
};
std::optional<Scope> scope_of(Needs needs);

struct Route {
  using Serve = void (*)(Call&);

  Method method;             ///< a GET serves HEAD, too
  std::string_view pattern;  ///< `/domain-dialin-config/{id}/move`: at most one part in braces
  Needs needs;
  bool takes_body;
  std::span<const std::string_view> query;  ///< the parameters it knows
  Serve serve;
};

/// Rows of one pattern stand together.
std::span<const Route> routes();

struct Match {
  const Route* route = nullptr;  ///< null: no such path, or not this method
  const Route* path = nullptr;   ///< the first row of the path; null: no such path
  std::string_view argument;     ///< what stood at the braces, still percent-encoded, not empty, without `/`; points into the path
};
/// Without allocation. `path` is without the `/v1` prefix.
Match match_route(Method method, std::string_view path);

/// How the figures of requests call what they count: the two rows that are no call, then routes() in their order.
std::vector<RouteName> route_names();
/// Where a match stands among them.
std::size_t row_of(const Match& match);

/// The methods of a path, as `Allow` lists them: `GET, HEAD, POST`.
std::string allowed_methods(const Route& path);

}  // namespace dialin::http
