#pragma once
// A dial-in config: what happens when its number rings. Values only; the rules stand in validate.h, what may happen
// to a config in decide.h.

#include <array>
#include <bitset>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "domain/ids.h"
#include "domain/instant.h"
#include "domain/phone_number.h"

namespace dialin {

/// The contract's `type`.
enum class Category : std::uint8_t { pinless_dialin, pin_dialin };
std::string_view name_of(Category category);
std::optional<Category> category_named(std::string_view name);

/// A secret as it rests: AES-256-GCM under a key of the key ring, bound to its tenant and config. Never the clear text.
struct Sealed {
  std::string key_id;       ///< which key of the ring opens it
  std::string box;          ///< raw bytes: 12 of nonce, the cipher text, 16 of tag
  std::string fingerprint;  ///< 16 hex digits, equal for equal secrets (contract.md): what history and logs may show
  /// Two seals of one secret differ in every byte; the secrets are equal when their fingerprints are.
  friend bool operator==(const Sealed& a, const Sealed& b) { return a.fingerprint == b.fingerprint; }
};

/// The properties that can change, in the order in which answers show them.
enum class Property : std::uint8_t {
  phone_number,
  name_prefix,
  hmac,
  room_creation_api,
  hold_music_url,
  timeout_message,  ///< `timeout_config.message`
  ivr_message,      ///< `ivr_greeting.message`
  sip_uri,
};
constexpr std::size_t kPropertyCount = 8;
constexpr std::array<Property, kPropertyCount> kProperties = {
    Property::phone_number,   Property::name_prefix,     Property::hmac,        Property::room_creation_api,
    Property::hold_music_url, Property::timeout_message, Property::ivr_message, Property::sip_uri};
/// The dotted name, as callers write it and `changed` in the log holds it.
std::string_view name_of(Property property);
std::optional<Property> property_named(std::string_view dotted_name);

/// A set of properties.
class PropertySet {
 public:
  void add(Property property) { bits_.set(static_cast<std::size_t>(property)); }
  bool has(Property property) const { return bits_.test(static_cast<std::size_t>(property)); }
  bool empty() const { return bits_.none(); }
  friend bool operator==(const PropertySet&, const PropertySet&) = default;

 private:
  std::bitset<kPropertyCount> bits_;
};

/// A config's whole content at one moment. Every value in it has passed its rule.
struct Config {
  Category category = Category::pinless_dialin;
  std::optional<PhoneNumber> phone_number;
  std::optional<std::string> name_prefix;
  std::optional<Sealed> hmac;
  std::optional<std::string> room_creation_api;
  std::optional<std::string> hold_music_url;
  std::optional<std::string> timeout_message;
  std::optional<std::string> ivr_message;
  std::optional<std::string> sip_uri;

  friend bool operator==(const Config&, const Config&) = default;
};

/// The property as audit may show it: the text, for `hmac` its fingerprint; nothing when it is not set. Valid as long as `config`.
std::optional<std::string_view> shown(const Config& config, Property property);
/// Which properties differ.
PropertySet difference(const Config& a, const Config& b);
/// Only the properties named in `which`, of the same category.
Config only(const Config& config, PropertySet which);
/// Every property that is set.
PropertySet set_properties(const Config& config);

/// A config and what is known of its life: the fold of its events (evolve.h).
struct ConfigState {
  TenantId tenant;
  ConfigId id;
  Config config;              ///< for a deleted one: as it was before
  Version version;            ///< of the last event
  Sequence sequence;          ///< of the last event
  Instant updated_at;         ///< time of the last event
  Instant created_at;         ///< time of the first event; a restore keeps it
  Sequence created_sequence;  ///< of the first event: the place in the list; a restore keeps it
  bool deleted = false;

  friend bool operator==(const ConfigState&, const ConfigState&) = default;
};

}  // namespace dialin
