#pragma once
// A URL as libcurl reads it, because libcurl is what will connect: two readers of one URL may see two hosts in it. Pure; any thread.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/result.h"
#include "domain/rule.h"
#include "infra/media/public_address.h"

namespace dialin::media {

/// What all refusals to fetch begin with.
constexpr std::string_view kMustBeReached = "must name an MP3 that anybody can fetch: ";

struct MusicUrl {
  std::string text;  ///< in libcurl's one spelling, without a fragment
  std::string host;  ///< a name, or an address without brackets
  std::uint16_t port = 0;
  std::optional<Address> address;  ///< the host, when it is one: then nothing is looked up
};

/// http or https, no user info, no zone, and a host of letters, digits, dots, hyphens and underscores, or an address. Else why not, as a
/// rule. An IPv4 address in another spelling that some resolvers take (octal, hexadecimal, in one number, with fewer dots) is refused,
/// since others read another address: 010.0.0.1 is 8.0.0.1 for libcurl and 10.0.0.1 elsewhere. So is what libcurl decodes in a host, and
/// what it would read otherwise once it has spelled it.
Result<MusicUrl, BrokenRule> parse_music_url(std::string_view text);
/// Where `from` leads with this `Location`, which may be relative (RFC 9110, 10.2.2). The same rules.
Result<MusicUrl, BrokenRule> redirected(const MusicUrl& from, std::string_view location);

}  // namespace dialin::media
