#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "domain/validate.h"

namespace dialin {

std::optional<BrokenRule> check_url(std::string_view text) {
  constexpr std::size_t bytes_max = 2048;
  if (text.size() > bytes_max) return BrokenRule{"must be at most 2048 bytes long, not " + std::to_string(text.size())};
  const auto parsed = boost::urls::parse_uri({text.data(), text.size()});
  if (!parsed) return BrokenRule{"must be an absolute https or http URL (RFC 3986), such as https://example.com/rooms"};
  const boost::urls::url_view& url = *parsed;
  if (url.scheme_id() != boost::urls::scheme::https && url.scheme_id() != boost::urls::scheme::http) {
    return BrokenRule{"must be a URL whose scheme is https or http"};
  }
  if (!url.has_authority() || url.encoded_host().empty()) return BrokenRule{"must be a URL with a host"};
  // Boost 1.81 takes what stands behind the port of a host in brackets for a path: `http://[::1]:80x@example.com/`. Others see a user
  // there.
  if (!url.encoded_path().empty() && url.encoded_path().front() != '/')
    return BrokenRule{"must be a URL with nothing between host and path but a port"};
  if (url.has_userinfo()) return BrokenRule{"must be a URL without user name or password"};
  // Grammar allows any digits; what is out of range reads as 0, and nobody listens there.
  if (!url.port().empty() && url.port_number() == 0) return BrokenRule{"must be a URL with a port from 1 to 65535, or none"};
  return std::nullopt;
}

}  // namespace dialin
