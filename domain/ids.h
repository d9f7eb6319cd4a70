#pragma once
// The names of things: configs, tenants, logs, records. Plain values, safe to copy and to share between threads.
// Each is a type of its own, so that a tenant's id can never be handed over where a config's id is meant.

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace dialin {

using Bytes16 = std::array<std::uint8_t, 16>;
using Bytes32 = std::array<std::uint8_t, 32>;

/// Lower-case hexadecimal, two digits a byte.
std::string to_hex(const std::uint8_t* bytes, std::size_t size);
/// Reads exactly `size` bytes of hexadecimal, either case; false (and `out` undefined) for anything else.
bool from_hex(std::string_view text, std::uint8_t* out, std::size_t size);

/// A UUID (RFC 4122) with a meaning. `Tag` only tells the meanings apart.
template <class Tag>
struct UuidOf {
  Bytes16 bytes{};

  friend auto operator<=>(const UuidOf&, const UuidOf&) = default;

  /// The 36 characters of RFC 4122, lower case.
  std::string text() const;
  /// The canonical 36-character form only, either case; nothing else is an id.
  static std::optional<UuidOf> parse(std::string_view text);
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
};

using ConfigId = UuidOf<struct ConfigTag>;
using TenantId = UuidOf<struct TenantTag>;
using LogId = UuidOf<struct LogTag>;

/// A tenant's id follows from its name alone (a name-based UUID, version 5), so that all nodes agree on it.
TenantId tenant_id_of(std::string_view tenant_name);

/// A version-4 UUID out of 16 random bytes.
template <class Id>
Id random_id(Bytes16 random) {
  random[6] = static_cast<std::uint8_t>((random[6] & 0x0F) | 0x40);
  random[8] = static_cast<std::uint8_t>((random[8] & 0x3F) | 0x80);
  return Id{random};
}

/// A record's id: the SHA-256 of its content and of its predecessor's id (see chain.h).
struct RecordId {
  Bytes32 bytes{};
  friend auto operator<=>(const RecordId&, const RecordId&) = default;
  std::string hex() const { return to_hex(bytes.data(), bytes.size()); }
  static std::optional<RecordId> parse(std::string_view hex);
};

/// A record's place in the one total order: 1, 2, 3 … without gaps. 0 is "before the first".
struct Sequence {
  std::uint64_t value = 0;
  friend auto operator<=>(const Sequence&, const Sequence&) = default;
  Sequence next() const { return {value + 1}; }
};

/// How many events a config has had, deletions and restores included; its ETag. 0 is "never existed".
struct Version {
  std::uint64_t value = 0;
  friend auto operator<=>(const Version&, const Version&) = default;
  Version next() const { return {value + 1}; }
};

/// Ids are random or digests already: their first bytes are hash enough for in-process tables.
struct HashOfId {
  template <class Id>
  std::size_t operator()(const Id& id) const {
    std::size_t hash;
    std::memcpy(&hash, id.bytes.data(), sizeof hash);
    return hash;
  }
};

}  // namespace dialin
