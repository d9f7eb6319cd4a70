#pragma once
// Who is at the other end of a connection, as far as the network tells: what accept() saw. A value, made once by the listener and carried
// along with the connection. Behind a proxy all callers have the proxy's address; no header field is believed here.

#include <string>

#include "domain/ids.h"

struct sockaddr_storage;

namespace dialin::http {

struct Peer {
  /// In network order, an IPv4 address as IPv4-mapped (RFC 4291, 2.5.5.2); all zero when the socket had none.
  Bytes16 address{};
  /// It has shown a certificate of the nodes' CA (RFC 8446, 4.4.2).
  bool is_node = false;

  /// `192.0.2.7`, `2001:db8::1`.
  std::string text() const;
  /// What bounds by address count as one peer: all of an IPv4 address, the first 64 bits of an IPv6 one, because whoever has one of these
  /// addresses has them all.
  Bytes16 neighbourhood() const;
  /// On this machine: a proxy perhaps, and then anybody's.
  bool is_loopback() const;

  friend bool operator==(const Peer&, const Peer&) = default;
};

/// Of what accept() filled in.
Peer peer_of(const sockaddr_storage& accepted);

}  // namespace dialin::http
