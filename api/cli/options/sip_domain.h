#pragma once
// What may stand behind the `@` of a `sip_uri`, which is stored for ever.

#include <string_view>

namespace dialin::cli {

/// A host name (RFC 1123; labels of 1 to 63 characters, 253 in all, a dot at the end or not), an IPv4 address or an IPv6 address in
/// brackets, each with `:PORT` behind it or without.
bool is_sip_domain(std::string_view text);

}  // namespace dialin::cli
