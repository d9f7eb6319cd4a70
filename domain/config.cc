#include "domain/config.h"

#include <algorithm>
#include <utility>

namespace dialin {
namespace {

constexpr std::string_view kCategoryNames[] = {"pinless_dialin", "pin_dialin"};

constexpr std::string_view kPropertyNames[kPropertyCount] = {"phone_number",         "name_prefix",    "hmac",
                                                             "room_creation_api",    "hold_music_url", "timeout_config.message",
                                                             "ivr_greeting.message", "sip_uri"};

/// The one place that ties a Property to its member: `visit(property, member pointer)` for each.
template <class Visit>
void each_property(Visit&& visit) {
  visit(Property::phone_number, &Config::phone_number);
  visit(Property::name_prefix, &Config::name_prefix);
  visit(Property::hmac, &Config::hmac);
  visit(Property::room_creation_api, &Config::room_creation_api);
  visit(Property::hold_music_url, &Config::hold_music_url);
  visit(Property::timeout_message, &Config::timeout_message);
  visit(Property::ivr_message, &Config::ivr_message);
  visit(Property::sip_uri, &Config::sip_uri);
}

std::string_view text_of(const PhoneNumber& number) {
  return number.text();
}
std::string_view text_of(const std::string& text) {
  return text;
}
std::string_view text_of(const Sealed& sealed) {
  return sealed.fingerprint;
}

template <class T>
std::optional<std::string_view> shown_value(const std::optional<T>& value) {
  if (!value) return std::nullopt;
  return text_of(*value);
}

}  // namespace

std::string_view name_of(Category category) {
  return kCategoryNames[static_cast<std::size_t>(category)];
}

std::optional<Category> category_named(std::string_view name) {
  for (const Category category : {Category::pinless_dialin, Category::pin_dialin}) {
    if (name == name_of(category)) return category;
  }
  return std::nullopt;
}

std::string_view name_of(Property property) {
  return kPropertyNames[static_cast<std::size_t>(property)];
}

std::optional<Property> property_named(std::string_view dotted_name) {
  const auto found = std::find_if(kProperties.begin(), kProperties.end(), [&](Property p) { return name_of(p) == dotted_name; });
  if (found == kProperties.end()) return std::nullopt;
  return *found;
}

std::optional<std::string_view> shown(const Config& config, Property property) {
  switch (property) {
    case Property::phone_number:
      return shown_value(config.phone_number);
    case Property::name_prefix:
      return shown_value(config.name_prefix);
    case Property::hmac:
      return shown_value(config.hmac);
    case Property::room_creation_api:
      return shown_value(config.room_creation_api);
    case Property::hold_music_url:
      return shown_value(config.hold_music_url);
    case Property::timeout_message:
      return shown_value(config.timeout_message);
    case Property::ivr_message:
      return shown_value(config.ivr_message);
    case Property::sip_uri:
      return shown_value(config.sip_uri);
  }
  return std::nullopt;
}

PropertySet difference(const Config& a, const Config& b) {
  PropertySet differing;
  each_property([&](Property property, auto member) {
    if (a.*member != b.*member) differing.add(property);
  });
  return differing;
}

Config only(const Config& config, PropertySet which) {
  Config some;
  some.category = config.category;
  each_property([&](Property property, auto member) {
    if (which.has(property)) some.*member = config.*member;
  });
  return some;
}

PropertySet set_properties(const Config& config) {
  PropertySet set;
  each_property([&](Property property, auto member) {
    if (config.*member) set.add(property);
  });
  return set;
}

}  // namespace dialin
