#include "domain/ids.h"

#include <boost/uuid/name_generator_sha1.hpp>

namespace dialin {
namespace {

constexpr char kDigits[] = "0123456789abcdef";
constexpr std::uint8_t kNoDigit = 0xFF;

/// Both digits of every byte, and every character's digit: ids are written and read several times a request.
struct HexTables {
  char pairs[256][2]{};
  std::uint8_t digit[256]{};
};
constexpr HexTables make_tables() {
  HexTables tables;
  for (unsigned byte = 0; byte < 256; ++byte) {
    tables.pairs[byte][0] = kDigits[byte >> 4];
    tables.pairs[byte][1] = kDigits[byte & 0xF];
    tables.digit[byte] = kNoDigit;
  }
  for (std::uint8_t value = 0; value < 16; ++value) {
    const char lower = kDigits[value];
    tables.digit[static_cast<unsigned char>(lower)] = value;
    if (lower >= 'a') tables.digit[static_cast<unsigned char>(lower - 'a' + 'A')] = value;
  }
  return tables;
}
constexpr HexTables kHex = make_tables();

constexpr std::size_t kUuidCharacters = 36;
constexpr bool is_dash_before(std::size_t byte) {
  return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

char* put_byte(char* at, std::uint8_t byte) {
  std::memcpy(at, kHex.pairs[byte], 2);
  return at + 2;
}

bool take_byte(const char* at, std::uint8_t& out) {
  const std::uint8_t high = kHex.digit[static_cast<unsigned char>(at[0])];
  const std::uint8_t low = kHex.digit[static_cast<unsigned char>(at[1])];
  out = static_cast<std::uint8_t>((high << 4) | low);
  return high != kNoDigit && low != kNoDigit;
}

/// The namespace of tenant names: random once, and never to change, or every tenant would lose its data.
constexpr boost::uuids::uuid kTenantNamespace = {
    {0xd0, 0x57, 0x62, 0xa4, 0xf2, 0x7e, 0x4f, 0xb3, 0x9c, 0x20, 0x28, 0x81, 0x5f, 0x80, 0x68, 0x3d}};

}  // namespace

std::string to_hex(const std::uint8_t* bytes, std::size_t size) {
  std::string text(size * 2, '\0');
  char* at = text.data();
  for (std::size_t i = 0; i < size; ++i) at = put_byte(at, bytes[i]);
  return text;
}

bool from_hex(std::string_view text, std::uint8_t* out, std::size_t size) {
  if (text.size() != size * 2) return false;
  for (std::size_t i = 0; i < size; ++i) {
    if (!take_byte(text.data() + 2 * i, out[i])) return false;
  }
  return true;
}

template <class Tag>
std::string UuidOf<Tag>::text() const {
  std::string text(kUuidCharacters, '-');
  char* at = text.data();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (is_dash_before(i)) ++at;
    at = put_byte(at, bytes[i]);
  }
  return text;
}

template <class Tag>
std::optional<UuidOf<Tag>> UuidOf<Tag>::parse(std::string_view text) {
  if (text.size() != kUuidCharacters) return std::nullopt;
  UuidOf id;
  const char* at = text.data();
  for (std::size_t i = 0; i < id.bytes.size(); ++i, at += 2) {
    if (is_dash_before(i) && *at++ != '-') return std::nullopt;
    if (!take_byte(at, id.bytes[i])) return std::nullopt;
  }
  return id;
}

template struct UuidOf<ConfigTag>;
template struct UuidOf<TenantTag>;
template struct UuidOf<LogTag>;

TenantId tenant_id_of(std::string_view tenant_name) {
  boost::uuids::name_generator_sha1 generate(kTenantNamespace);
  const boost::uuids::uuid uuid = generate(tenant_name.data(), tenant_name.size());
  TenantId id;
  std::memcpy(id.bytes.data(), uuid.data, id.bytes.size());
  return id;
}

std::optional<RecordId> RecordId::parse(std::string_view hex) {
  RecordId id;
  if (!from_hex(hex, id.bytes.data(), id.bytes.size())) return std::nullopt;
  return id;
}

}  // namespace dialin
