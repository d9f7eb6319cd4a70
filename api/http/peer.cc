#include "api/http/peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace dialin::http {
namespace {

constexpr std::size_t kMappedBytes = 12;  // of an IPv4-mapped address, before the IPv4 address
constexpr std::size_t kPrefixBytes = 8;   // of an IPv6 address: what a site's subnet has (RFC 4291, 2.5.4)
constexpr Bytes16 kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

bool is_mapped(const Bytes16& address) {
  return std::equal(kMapped.begin(), kMapped.begin() + kMappedBytes, address.begin());
}

}  // namespace

std::string Peer::text() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool is_v4 = is_mapped(address);
  ::inet_ntop(is_v4 ? AF_INET : AF_INET6, address.data() + (is_v4 ? kMappedBytes : 0), text.data(), text.size());
  return text.data();
}

Bytes16 Peer::neighbourhood() const {
  Bytes16 prefix = address;
  if (!is_mapped(address)) std::fill(prefix.begin() + kPrefixBytes, prefix.end(), std::uint8_t{0});
  return prefix;
}

bool Peer::is_loopback() const {
  constexpr std::uint8_t kV4 = 127;  // RFC 1122, 3.2.1.3
  constexpr Bytes16 kV6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return is_mapped(address) ? address[kMappedBytes] == kV4 : address == kV6;
}

Peer peer_of(const sockaddr_storage& accepted) {
  Peer peer;
  if (accepted.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &accepted, sizeof v4);
    peer.address = kMapped;
    std::memcpy(peer.address.data() + kMappedBytes, &v4.sin_addr, sizeof v4.sin_addr);
  } else if (accepted.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &accepted, sizeof v6);
    std::memcpy(peer.address.data(), &v6.sin6_addr, peer.address.size());
  }
  return peer;
}

}  // namespace dialin::http
