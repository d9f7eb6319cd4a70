#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <system_error>

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
  constexpr auto kUser = "must be a URL without user name or password";
  constexpr auto kBehindHost = "must be a URL with nothing between host and path but a port";
  if (url.has_userinfo()) return BrokenRule{kUser};
  std::string_view port = url.port();
  // Boost 1.81 ends a host in brackets, its port, and a name that begins as an IPv4 address does (`192.0.2.1.example.com`) too early, and
  // takes what is left of the authority for the beginning of the path. Others see a longer name there, or a user.
  const std::string_view path = url.encoded_path();
  if (const std::string_view rest = path.substr(0, path.find('/')); !rest.empty()) {
    if (rest.find('@') != std::string_view::npos) return BrokenRule{kUser};
    if (url.host_type() != boost::urls::host_type::ipv4 || url.has_port()) return BrokenRule{kBehindHost};
    const std::size_t colon = std::min(rest.find(':'), rest.size() - 1);
    port = rest.substr(colon + 1);
    if (port.find_first_not_of("0123456789") != std::string_view::npos) return BrokenRule{kBehindHost};
  }
  std::uint16_t number = 0;
  if (!port.empty() && (std::from_chars(port.data(), port.data() + port.size(), number).ec != std::errc() || number == 0))
    return BrokenRule{"must be a URL with a port from 1 to 65535, or none"};
  return std::nullopt;
}

}  // namespace dialin
