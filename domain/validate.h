#pragma once
// Every rule of the contract's "The config object", in one place: first the rules that need the value alone, then those that need the
// category. Pure; any thread. All violations are reported, never only the first.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "domain/config.h"
#include "domain/draft.h"
#include "domain/result.h"
#include "domain/rule.h"

namespace dialin {

/// How the operator runs the store.
struct Rules {
  bool allow_sip_only = false;  ///< a pinless config may be without phone_number
  std::string sip_domain = "sip.dialin.local";
};

/// Not named: the property stays. Named null: it goes (hmac: a new one is made). Else: the new value.
template <class T>
using Change = std::optional<std::optional<T>>;

/// A caller's wishes, each value already fit. `hmac` holds the clear secret (base64 text) and never leaves the calling thread:
/// the caller seals it and moves it to Command (command.h).
struct Patch {
  std::optional<Category> category;
  Change<PhoneNumber> phone_number;
  Change<std::string> name_prefix;
  Change<std::string> hmac;
  Change<std::string> room_creation_api;
  Change<std::string> hold_music_url;
  Change<std::string> timeout_message;
  Change<std::string> ivr_message;
  Change<std::string> sip_uri;  ///< only ever compared with what is there
};

struct Validated {
  Patch patch;
  Violations violations;  ///< empty: every value in `patch` is fit
};

/// The rules of each value alone, unknown properties (with the nearest known one suggested), a body wrapped in `config`. One violation a
/// property at most, in the order of the body.
Validated validate(const Draft& draft);
/// Unknown properties beyond these are refused without being listed.
constexpr std::size_t kUnknownNamesShownMax = 32;

/// The category a create means: `type`, else the one a category-only property implies; nothing when neither tells or two disagree.
/// To be asked before the secret is sealed, because a given `hmac` tells, too.
std::optional<Category> category_meant(const Patch& patch);

/// The rules of a category: properties it refuses, and for `creating` those it requires. Also refuses dropping a required one.
Violations check_category(const Patch& patch, Category category, bool creating, const Rules& rules);

/// `{"version": n}` and nothing else, n at least 1.
Result<Version, Violations> validate_restore(const Draft& draft);

/// The rule of a URL property: absolute http or https (any case), at most 2,048 bytes, a host, no user info (RFC 3986), a port that there
/// is.
std::optional<BrokenRule> check_url(std::string_view text);
/// The rule of a text: valid UTF-8 without NUL, `min` to `max` characters (code points).
std::optional<BrokenRule> check_text(std::string_view text, std::size_t characters_min, std::size_t characters_max);
/// The rule of `hmac`: canonical base64 (standard alphabet, padded) of 16 to 64 bytes.
std::optional<BrokenRule> check_secret(std::string_view text);
bool is_utf8(std::string_view text);

}  // namespace dialin
