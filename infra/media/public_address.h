#pragma once
// Which addresses may be connected to for a URL that a caller named: those that anybody on the Internet can reach, and those that the
// operator has allowed. A guard against being used to reach what only this machine can reach. Pure; any thread.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sockaddr;

namespace dialin::media {

/// An IPv4 or IPv6 address without port or zone.
struct Address {
  bool is_v4 = false;
  std::array<std::uint8_t, 16> bytes{};  ///< network order; of IPv4 the first four

  static Address v4(std::array<std::uint8_t, 4> bytes);
  /// Strict: four decimal parts, or RFC 4291 without a zone. Nothing for any other spelling.
  static std::optional<Address> parse(std::string_view text);
  /// Nothing when the family is neither AF_INET nor AF_INET6. `address` is as long as its family wants.
  static std::optional<Address> of(const sockaddr& address);
  std::string text() const;
  friend bool operator==(const Address&, const Address&) = default;
};

/// A range of addresses of one family: `10.0.0.0/8`, `fd00::/8`; an address alone is the range of itself.
struct Range {
  Address first;
  unsigned prefix_bits = 0;

  /// Nothing when it is no range, or has bits set behind its prefix.
  static std::optional<Range> parse(std::string_view text);
  bool holds(const Address& address) const;
};

/// What is wrong with an address, as the end of a sentence: "a private address (RFC 1918)"; empty: anybody can reach it. Never names the
/// address: what a name leads to inside the operator's network is nobody's business.
std::string_view why_not_public(const Address& address);

/// As why_not_public(), but for what stands in a range of `allowed`. An IPv4-mapped address is none that anybody connects to, allowed or
/// not.
std::string_view why_not_reached(const Address& address, const std::vector<Range>& allowed);

}  // namespace dialin::media
