#include "domain/validate.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "domain/nearest_name.h"

namespace dialin {
namespace {

constexpr std::size_t kNameCharactersMax = 256;
constexpr std::size_t kMessageCharactersMax = 4096;

/// A body's values on their way into a patch.
struct Intake {
  Validated result;
  std::size_t unknown = 0;

  /// One rule a property: what else is wrong with it shows once this is mended.
  void refuse(std::string_view property, std::string rule) {
    const auto same = [&](const Violation& violation) { return violation.property == property; };
    Violations& violations = result.violations;
    if (std::none_of(violations.begin(), violations.end(), same)) violations.push_back({std::string(property), std::move(rule)});
  }
};

std::string expected(const char* what, DraftKind found) {
  std::string rule = std::string("must be ") + what + ", not ";
  rule += name_of(found);
  return rule;
}

/// The field's text. Nothing when there is none: null, which is the wish to remove, or another kind, which is refused.
template <class T>
const std::string* text_of(const DraftField& field, Change<T>& into, Intake& intake) {
  if (field.kind == DraftKind::text) return &field.text;
  if (field.kind == DraftKind::null) {
    into.emplace(std::nullopt);
  } else {
    intake.refuse(field.name, expected("a string or null", field.kind));
  }
  return nullptr;
}

template <class Check>
void take_checked(const DraftField& field, Change<std::string>& into, Intake& intake, Check check) {
  const std::string* text = text_of(field, into, intake);
  if (text == nullptr) return;
  std::optional<BrokenRule> broken = check(*text);
  if (broken) return intake.refuse(field.name, std::move(broken->text));
  into.emplace(*text);
}

void take_type(const DraftField& field, Intake& intake) {
  constexpr const char* names = "\"pinless_dialin\" or \"pin_dialin\"";
  if (field.kind != DraftKind::text) return intake.refuse(field.name, expected(names, field.kind));
  intake.result.patch.category = category_named(field.text);
  if (!intake.result.patch.category) intake.refuse(field.name, std::string("must be ") + names);
}

void take_number(const DraftField& field, Intake& intake) {
  Change<PhoneNumber>& into = intake.result.patch.phone_number;
  const std::string* text = text_of(field, into, intake);
  if (text == nullptr) return;
  Result<PhoneNumber, BrokenRule> number = PhoneNumber::parse(*text);
  if (!number) return intake.refuse(field.name, number.error().text);
  into.emplace(*std::move(number));
}

template <Change<std::string> Patch::*Member, std::size_t CharactersMax>
void take_text(const DraftField& field, Intake& intake) {
  const auto check = [](std::string_view text) { return check_text(text, 1, CharactersMax); };
  take_checked(field, intake.result.patch.*Member, intake, check);
}

template <Change<std::string> Patch::*Member>
void take_url(const DraftField& field, Intake& intake) {
  take_checked(field, intake.result.patch.*Member, intake, check_url);
}

void take_secret(const DraftField& field, Intake& intake) {
  take_checked(field, intake.result.patch.hmac, intake, check_secret);
}

void take_sip_uri(const DraftField& field, Intake& intake) {
  const auto any = [](std::string_view) { return std::optional<BrokenRule>(); };
  take_checked(field, intake.result.patch.sip_uri, intake, any);
}

/// The object around a message: null removes the message, `{}` says nothing about it.
template <Change<std::string> Patch::*Member>
void take_group(const DraftField& field, Intake& intake) {
  if (field.kind == DraftKind::object) return;
  if (field.kind != DraftKind::null) return intake.refuse(field.name, expected("an object with a message, or null", field.kind));
  (intake.result.patch.*Member).emplace(std::nullopt);
}

struct KnownName {
  std::string_view name;
  void (*take)(const DraftField& field, Intake& intake);
};
constexpr KnownName kKnown[] = {
    {"type", take_type},
    {"phone_number", take_number},
    {"name_prefix", take_text<&Patch::name_prefix, kNameCharactersMax>},
    {"hmac", take_secret},
    {"room_creation_api", take_url<&Patch::room_creation_api>},
    {"hold_music_url", take_url<&Patch::hold_music_url>},
    {"timeout_config", take_group<&Patch::timeout_message>},
    {"timeout_config.message", take_text<&Patch::timeout_message, kMessageCharactersMax>},
    {"ivr_greeting", take_group<&Patch::ivr_message>},
    {"ivr_greeting.message", take_text<&Patch::ivr_message, kMessageCharactersMax>},
    {"sip_uri", take_sip_uri},
};
constexpr auto kKnownNames = [] {
  std::array<std::string_view, std::size(kKnown)> names{};
  std::transform(std::begin(kKnown), std::end(kKnown), names.begin(), [](const KnownName& known) { return known.name; });
  return names;
}();

const KnownName* find_known(std::string_view name) {
  const auto found = std::find_if(std::begin(kKnown), std::end(kKnown), [&](const KnownName& known) { return known.name == name; });
  return found == std::end(kKnown) ? nullptr : found;
}

void refuse_unknown(const DraftField& field, Intake& intake) {
  const std::string_view name = field.name;
  const std::string_view outer = name.substr(0, name.find('.'));
  if (outer == "config") return intake.refuse("config", "is not a property: put the properties at the top level of the body");
  // An object where a plain value belongs: `{"hmac": {"key": …}}` names `hmac.key`.
  const KnownName* plain = outer.size() < name.size() ? find_known(outer) : nullptr;
  if (plain != nullptr && outer != "timeout_config" && outer != "ivr_greeting") {
    return plain->take({std::string(outer), DraftKind::object, {}, 0}, intake);
  }
  if (++intake.unknown > kUnknownNamesShownMax) return;
  std::string rule = "is not a property; the nearest one is ";
  rule += nearest_name(name, kKnownNames);
  intake.refuse(name, std::move(rule));
}

}  // namespace

Validated validate(const Draft& draft) {
  Intake intake;
  for (const DraftField& field : draft) {
    const KnownName* known = find_known(field.name);
    if (known != nullptr) {
      known->take(field, intake);
    } else {
      refuse_unknown(field, intake);
    }
  }
  return std::move(intake.result);
}

Result<Version, Violations> validate_restore(const Draft& draft) {
  constexpr const char* what = "an integer, at least 1: the version to bring back";
  Violations violations;
  std::optional<Version> version;
  std::size_t unknown = 0;
  for (const DraftField& field : draft) {
    if (field.name != "version") {
      if (++unknown <= kUnknownNamesShownMax)
        violations.push_back({field.name, "is not a property of a restore; the nearest one is version"});
    } else if (field.kind != DraftKind::integer) {
      violations.push_back({field.name, expected(what, field.kind)});
    } else if (field.integer < 1) {
      violations.push_back({field.name, std::string("must be ") + what});
    } else {
      version = Version{static_cast<std::uint64_t>(field.integer)};
    }
  }
  if (!version && violations.empty()) violations.push_back({"version", std::string("is required: ") + what});
  if (!violations.empty()) return violations;
  return *version;
}

}  // namespace dialin
