// The columns of the contract's table "The config object": what each category requires and refuses.

#include "domain/command.h"
#include "domain/validate.h"

namespace dialin {
namespace {

template <class T>
bool sets(const Change<T>& change) {
  return change && *change;
}
template <class T>
bool drops(const Change<T>& change) {
  return change && !*change;
}

class Rulebook {
 public:
  explicit Rulebook(Category category) : category_(category) {}

  /// Null of a refused property is no wish at all: a caller may send every property there is.
  void allow(bool is_set, Property property, Category only_for) {
    if (is_set && category_ != only_for) add(property, "is not allowed in a config of type ", category_);
  }
  void add(Property property, const char* rule, Category category) {
    violations_.push_back({std::string(name_of(property)), rule + std::string(name_of(category))});
  }
  void add(Property property, const char* rule) { violations_.push_back({std::string(name_of(property)), rule}); }
  Violations take() { return std::move(violations_); }

 private:
  Category category_;
  Violations violations_;
};

Violations check(const Patch& patch, bool sets_hmac, Category category, bool creating, const Rules& rules) {
  Rulebook book(category);
  const bool needs_number = category == Category::pinless_dialin && !rules.allow_sip_only;
  if (needs_number && creating && !sets(patch.phone_number)) {
    book.add(Property::phone_number, "is required in a config of type ", category);
  } else if (needs_number && drops(patch.phone_number)) {
    book.add(Property::phone_number, "cannot be removed from a config of type ", category);
  }
  book.allow(sets_hmac, Property::hmac, Category::pinless_dialin);
  book.allow(sets(patch.room_creation_api), Property::room_creation_api, Category::pinless_dialin);
  book.allow(sets(patch.hold_music_url), Property::hold_music_url, Category::pinless_dialin);
  book.allow(sets(patch.ivr_message), Property::ivr_message, Category::pin_dialin);
  if (creating && sets(patch.sip_uri)) book.add(Property::sip_uri, "is made by the server: leave it out");
  return book.take();
}

}  // namespace

std::optional<Category> category_meant(const Patch& patch) {
  if (patch.category) return patch.category;
  const bool pinless = sets(patch.hmac) || sets(patch.room_creation_api) || sets(patch.hold_music_url);
  const bool pin = sets(patch.ivr_message);
  if (pinless == pin) return std::nullopt;
  return pinless ? Category::pinless_dialin : Category::pin_dialin;
}

Violations check_category(const Patch& patch, Category category, bool creating, const Rules& rules) {
  return check(patch, sets(patch.hmac), category, creating, rules);
}

Violations check_category(const SealedPatch& wishes, Category category, bool creating, const Rules& rules) {
  return check(wishes.patch, sets(wishes.hmac), category, creating, rules);
}

Violations check_update(const SealedPatch& wishes, const Config& present, const Rules& rules) {
  const Patch& patch = wishes.patch;
  Violations violations;
  if (patch.category && *patch.category != present.category) {
    violations.push_back({"type", "cannot be changed: delete the config and create another, or POST to its /move"});
  } else {
    violations = check_category(wishes, present.category, false, rules);
  }
  if (patch.sip_uri && *patch.sip_uri != present.sip_uri) {
    violations.push_back({std::string(name_of(Property::sip_uri)), "is made by the server and cannot be changed"});
  }
  return violations;
}

Violations check_move(const SealedPatch& wishes, Category category, const Config& present, const Rules& rules) {
  if (category == present.category) return {{"type", "is the type that the config has: a move must name the other one"}};
  // A move's wishes stand to what carries over as a creation's stand to nothing.
  if (wishes.patch.phone_number || !present.phone_number) return check_category(wishes, category, true, rules);
  SealedPatch whole = wishes;
  whole.patch.phone_number.emplace(present.phone_number);
  return check_category(whole, category, true, rules);
}

}  // namespace dialin
