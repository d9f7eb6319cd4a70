#include "api/http/request_parser.h"

namespace dialin::http {

namespace {

/// What follows the authority of `http://authority/path`; nothing when it is no such URI.
std::optional<std::string_view> after_authority(std::string_view target) {
  for (const std::string_view scheme : {std::string_view("http://"), std::string_view("https://")}) {
    if (!same_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    const std::string_view rest = target.substr(scheme.size());
    const std::size_t end = rest.find_first_of("/?");
    const std::string_view authority = rest.substr(0, end);
    // User info is none of a host's letters: who sends it wants to be taken for somebody else (RFC 9110, 4.2.4).
    if (authority.empty() || !is_host(authority)) return std::nullopt;
    return end == std::string_view::npos ? std::string_view() : rest.substr(end);
  }
  return std::nullopt;
}

/// Every call is there with and without the prefix (contract.md, "Calls").
std::string_view without_version(std::string_view path) {
  constexpr std::string_view prefix = "/v1";
  if (!path.starts_with(prefix)) return path;
  if (path.size() == prefix.size()) return "/";
  return path[prefix.size()] == '/' ? path.substr(prefix.size()) : path;
}

}  // namespace

bool is_host(std::string_view text) {
  constexpr std::string_view kLetters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~%!$&'()*+,;=:[]";
  return text.find_first_not_of(kLetters) == std::string_view::npos;
}

bool split_target(std::string_view target, Request& request) {
  // A fragment never goes over the wire: who sends one means something else than what would be looked up.
  if (target.find('#') != std::string_view::npos) return false;
  std::string_view path = target;
  if (target != "*" && !target.starts_with('/')) {
    const auto rest = after_authority(target);
    if (!rest) return false;
    path = *rest;
  }
  const std::size_t mark = path.find('?');
  request.query = mark == std::string_view::npos ? std::string_view() : path.substr(mark + 1);
  path = path.substr(0, mark);
  request.path = path.empty() ? std::string_view("/") : without_version(path);
  return true;
}

}  // namespace dialin::http
