#include "infra/media/public_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <initializer_list>

namespace dialin::media {
namespace {

constexpr std::size_t kV4Bytes = 4;

struct SpecialRange {
  Range range;
  std::string_view what;
};

constexpr Range v4(std::array<std::uint8_t, 4> bytes, unsigned prefix_bits) {
  Range range;
  range.first.is_v4 = true;
  std::copy(bytes.begin(), bytes.end(), range.first.bytes.begin());
  range.prefix_bits = prefix_bits;
  return range;
}
/// Of the first 16-bit groups; the rest are zero.
constexpr Range v6(std::initializer_list<std::uint16_t> groups, unsigned prefix_bits) {
  Range range;
  std::size_t place = 0;
  for (const std::uint16_t group : groups) {
    range.first.bytes[place++] = static_cast<std::uint8_t>(group >> 8);
    range.first.bytes[place++] = static_cast<std::uint8_t>(group & 0xFF);
  }
  range.prefix_bits = prefix_bits;
  return range;
}

constexpr std::string_view kMetadata = "an address of a cloud's metadata service";

/// IANA's IPv4 Special-Purpose Address Registry (RFC 6890 and what has been added), but for the anycast addresses that are reachable from
/// everywhere; and multicast (RFC 5771). The first that holds an address names it.
constexpr std::array kSpecialV4 = {
    SpecialRange{v4({169, 254, 169, 254}, 32), kMetadata},
    SpecialRange{v4({169, 254, 170, 2}, 32), kMetadata},
    // A public address that leads to the host under a virtual machine.
    SpecialRange{v4({168, 63, 129, 16}, 32), kMetadata},
    SpecialRange{v4({100, 100, 100, 200}, 32), kMetadata},
    SpecialRange{v4({192, 0, 0, 192}, 32), kMetadata},
    SpecialRange{v4({0, 0, 0, 0}, 32), "the unspecified address (RFC 1122)"},
    SpecialRange{v4({0, 0, 0, 0}, 8), "an address of \"this network\" (RFC 791)"},
    SpecialRange{v4({10, 0, 0, 0}, 8), "a private address (RFC 1918)"},
    SpecialRange{v4({100, 64, 0, 0}, 10), "a shared address of carrier-grade NAT (RFC 6598)"},
    SpecialRange{v4({127, 0, 0, 0}, 8), "a loopback address (RFC 1122)"},
    SpecialRange{v4({169, 254, 0, 0}, 16), "a link-local address (RFC 3927)"},
    SpecialRange{v4({172, 16, 0, 0}, 12), "a private address (RFC 1918)"},
    SpecialRange{v4({192, 0, 0, 0}, 24), "an address for protocols (RFC 6890)"},
    SpecialRange{v4({192, 0, 2, 0}, 24), "an address for documentation (RFC 5737)"},
    SpecialRange{v4({192, 88, 99, 0}, 24), "an address of 6to4 relays (RFC 7526)"},
    SpecialRange{v4({192, 168, 0, 0}, 16), "a private address (RFC 1918)"},
    SpecialRange{v4({198, 18, 0, 0}, 15), "an address for benchmarks (RFC 2544)"},
    SpecialRange{v4({198, 51, 100, 0}, 24), "an address for documentation (RFC 5737)"},
    SpecialRange{v4({203, 0, 113, 0}, 24), "an address for documentation (RFC 5737)"},
    SpecialRange{v4({224, 0, 0, 0}, 4), "a multicast address (RFC 5771)"},
    SpecialRange{v4({255, 255, 255, 255}, 32), "the broadcast address (RFC 919)"},
    SpecialRange{v4({240, 0, 0, 0}, 4), "a reserved address (RFC 1112)"},
};

/// IANA's IPv6 Special-Purpose Address Registry. What is outside 2000::/3 is no global unicast address (RFC 4291) whatever it is called.
constexpr std::array kSpecialV6 = {
    SpecialRange{v6({}, 128), "the unspecified address (RFC 4291)"},
    SpecialRange{v6({0, 0, 0, 0, 0, 0, 0, 1}, 128), "a loopback address (RFC 4291)"},
    SpecialRange{v6({0, 0, 0, 0, 0, 0xFFFF}, 96), "an IPv4-mapped address (RFC 4291)"},
    SpecialRange{v6({}, 96), "an IPv4-compatible address (RFC 4291)"},
    SpecialRange{v6({0x64, 0xFF9B, 1}, 48), "an address of a local translation to IPv4 (RFC 8215)"},
    SpecialRange{v6({0x100}, 64), "an address whose packets are thrown away (RFC 6666)"},
    SpecialRange{v6({0x2001, 0xDB8}, 32), "an address for documentation (RFC 3849)"},
    SpecialRange{v6({0x2001}, 23), "an address for protocols (RFC 2928)"},
    SpecialRange{v6({0x3FFF}, 20), "an address for documentation (RFC 9637)"},
    SpecialRange{v6({0x5F00}, 16), "an address of a segment routing domain (RFC 9602)"},
    SpecialRange{v6({0xFD00, 0xEC2, 0, 0, 0, 0, 0, 0x254}, 128), kMetadata},
    SpecialRange{v6({0xFD20, 0xCE, 0, 0, 0, 0, 0, 0x254}, 128), kMetadata},
    SpecialRange{v6({0xFC00}, 7), "a private address (unique local, RFC 4193)"},
    SpecialRange{v6({0xFE80}, 10), "a link-local address (RFC 4291)"},
    SpecialRange{v6({0xFEC0}, 10), "a site-local address (RFC 3879)"},
    SpecialRange{v6({0xFF00}, 8), "a multicast address (RFC 4291)"},
};
constexpr Range kGlobalUnicast = v6({0x2000}, 3);
constexpr Range kMapped = v6({0, 0, 0, 0, 0, 0xFFFF}, 96);
constexpr Range kNat64 = v6({0x64, 0xFF9B}, 96);  // RFC 6052
constexpr Range k6to4 = v6({0x2002}, 16);         // RFC 3056
constexpr Range kTeredo = v6({0x2001, 0}, 32);    // RFC 4380

template <std::size_t kCount>
std::string_view what_holds(const std::array<SpecialRange, kCount>& ranges, const Address& address) {
  for (const SpecialRange& special : ranges) {
    if (special.range.holds(address)) return special.what;
  }
  return {};
}

/// The four bytes at `place`; `mask` as Teredo hides them.
Address embedded_in(const Address& address, std::size_t place, std::uint8_t mask = 0) {
  Address inner;
  inner.is_v4 = true;
  for (std::size_t i = 0; i < kV4Bytes; ++i) inner.bytes[i] = address.bytes[place + i] ^ mask;
  return inner;
}

}  // namespace

Address Address::v4(std::array<std::uint8_t, 4> bytes) {
  Address address;
  address.is_v4 = true;
  std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
  return address;
}

std::optional<Address> Address::parse(std::string_view text) {
  const std::string whole(text);
  Address address;
  address.is_v4 = whole.find(':') == std::string::npos;
  if (whole.find('\0') != std::string::npos || ::inet_pton(address.is_v4 ? AF_INET : AF_INET6, whole.c_str(), address.bytes.data()) != 1)
    return std::nullopt;
  return address;
}

std::optional<Address> Address::of(const sockaddr& address) {
  Address read;
  if (address.sa_family == AF_INET) {
    read.is_v4 = true;
    std::memcpy(read.bytes.data(), reinterpret_cast<const char*>(&address) + offsetof(sockaddr_in, sin_addr), sizeof(in_addr));
    return read;
  }
  if (address.sa_family != AF_INET6) return std::nullopt;
  std::memcpy(read.bytes.data(), reinterpret_cast<const char*>(&address) + offsetof(sockaddr_in6, sin6_addr), sizeof(in6_addr));
  return read;
}

std::string Address::text() const {
  std::array<char, INET6_ADDRSTRLEN> out{};
  ::inet_ntop(is_v4 ? AF_INET : AF_INET6, bytes.data(), out.data(), out.size());
  return out.data();
}

std::optional<Range> Range::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto first = Address::parse(text.substr(0, slash));
  if (!first) return std::nullopt;
  const unsigned bits_max = first->is_v4 ? 32 : 128;
  Range range{*first, bits_max};
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), range.prefix_bits);
    if (error != std::errc{} || stop != digits.data() + digits.size() || range.prefix_bits > bits_max) return std::nullopt;
  }
  for (unsigned bit = range.prefix_bits; bit < bits_max; ++bit) {
    if ((first->bytes[bit / 8] & (0x80U >> (bit % 8))) != 0) return std::nullopt;
  }
  return range;
}

bool Range::holds(const Address& address) const {
  if (address.is_v4 != first.is_v4) return false;
  const std::size_t whole = prefix_bits / 8;
  if (std::memcmp(address.bytes.data(), first.bytes.data(), whole) != 0) return false;
  const unsigned rest = prefix_bits % 8;
  return rest == 0 || (address.bytes[whole] ^ first.bytes[whole]) >> (8 - rest) == 0;
}

std::string_view why_not_public(const Address& address) {
  if (address.is_v4) return what_holds(kSpecialV4, address);
  // What is sent to these comes out at the IPv4 address inside.
  if (kNat64.holds(address)) return why_not_public(embedded_in(address, 12));
  if (k6to4.holds(address)) return why_not_public(embedded_in(address, 2));
  if (kTeredo.holds(address)) {
    const std::string_view server = why_not_public(embedded_in(address, 4));
    return server.empty() ? why_not_public(embedded_in(address, 12, 0xFF)) : server;
  }
  const std::string_view special = what_holds(kSpecialV6, address);
  if (!special.empty() || kGlobalUnicast.holds(address)) return special;
  return "no global unicast address (RFC 4291)";
}

std::string_view why_not_reached(const Address& address, const std::vector<Range>& allowed) {
  const auto holds = [&](const Range& range) { return range.holds(address); };
  if (!kMapped.holds(address) && std::any_of(allowed.begin(), allowed.end(), holds)) return {};
  return why_not_public(address);
}

}  // namespace dialin::media
