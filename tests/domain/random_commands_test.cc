// Whatever is asked in whatever order: what no table can list out.

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>

#include "domain/evolve.h"
#include "domain/given.h"

namespace dialin::given {
namespace {

enum class Asked : std::uint8_t { create, update, remove, move, restore };

/// A command as random numbers: few tenants, configs and numbers, so that they meet.
struct Wish {
  Asked asked = Asked::create;
  unsigned tenant = 1;
  unsigned config = 0;    ///< which of those that there are
  bool any_life = false;  ///< a deleted one, too
  bool stranger = false;  ///< the caller is of the other tenant
  bool pinless = false;
  unsigned number = 0;  ///< 0: not named, 1: null, else one of three
  unsigned name = 0;    ///< likewise, one of two
  unsigned secret = 0;  ///< 0: not named, 1: null, 2: given
  unsigned version = 1;
  bool greeting = false;
};

void showValue(const Wish& wish, std::ostream& out) {
  out << "{asked " << static_cast<int>(wish.asked) << " tenant " << wish.tenant << " config " << wish.config << " any life "
      << wish.any_life << " stranger " << wish.stranger << " pinless " << wish.pinless << " number " << wish.number << " name " << wish.name
      << " secret " << wish.secret << " version " << wish.version << " greeting " << wish.greeting << "}";
}

rc::Gen<Wish> a_wish() {
  using rc::gen::inRange;
  const auto asked = rc::gen::element(Asked::create, Asked::create, Asked::update, Asked::update, Asked::update, Asked::remove, Asked::move,
                                      Asked::restore, Asked::restore);
  const auto seldom = rc::gen::map(inRange(0, 8), [](int eighth) { return eighth == 1; });
  return rc::gen::build<Wish>(
      rc::gen::set(&Wish::asked, asked), rc::gen::set(&Wish::tenant, inRange(1U, 3U)), rc::gen::set(&Wish::config, inRange(0U, 60U)),
      rc::gen::set(&Wish::any_life, seldom), rc::gen::set(&Wish::stranger, seldom), rc::gen::set(&Wish::pinless),
      rc::gen::set(&Wish::number, inRange(0U, 5U)), rc::gen::set(&Wish::name, inRange(0U, 4U)),
      rc::gen::set(&Wish::secret, inRange(0U, 3U)), rc::gen::set(&Wish::version, inRange(0U, 6U)), rc::gen::set(&Wish::greeting, seldom));
}

Body body_of(const Wish& wish) {
  constexpr const char* numbers[] = {nullptr, "+15550001", "+15550002", "+15550003"};
  constexpr const char* names[] = {nullptr, "Desk", "Hall"};
  Body body;
  if (wish.number > 0) body.push_back({"phone_number", numbers[wish.number - 1]});
  if (wish.name > 0) body.push_back({"name_prefix", names[wish.name - 1]});
  if (wish.secret > 0) body.push_back({"hmac", wish.secret == 1 ? nullptr : kSecretA});
  if (wish.greeting) body.push_back({"ivr_greeting.message", "Hello"});
  return body;
}

/// The state that the wish is about: mostly a live one, and for a restore any.
const ConfigState* target_of(const Wish& wish, const Story& story) {
  std::vector<const ConfigState*> there;
  for (const auto& [id, life] : story.lives()) {
    if (!life.now.deleted || wish.any_life || wish.asked == Asked::restore) there.push_back(&life.now);
  }
  return there.empty() ? nullptr : there[wish.config % there.size()];
}

/// `turn` is the number of the command, and of the config that it may make.
Command command_of(const Wish& wish, unsigned turn, const Story& story) {
  const ConfigState* about = wish.asked == Asked::create ? nullptr : target_of(wish, story);
  const unsigned target = about == nullptr ? turn : number_of(about->id);
  Body body = body_of(wish);
  const Body typed = [&] {
    Body with_type = body;
    with_type.push_back({"type", wish.pinless ? "pinless_dialin" : "pin_dialin"});
    return with_type;
  }();
  const auto made = [&] {
    switch (wish.asked) {
      case Asked::create:
        return create(turn, typed);
      case Asked::update:
        return update(target, body);
      case Asked::remove:
        return remove(target);
      case Asked::move:
        return move(target, turn, typed);
      case Asked::restore:
        return restore(target, wish.version);
    }
    throw std::logic_error("nothing asked");
  };
  const bool own_second = about != nullptr && about->tenant == tenant(2);
  const unsigned owner = about == nullptr ? wish.tenant : own_second ? 2 : 1;
  Command command = by(wish.stranger ? 3 - owner : owner, made());
  command.fresh.hmac->fingerprint = "fresh in turn " + std::to_string(turn);
  return command;
}

void check_config(const Config& config, const Rules& rules) {
  const bool pinless = config.category == Category::pinless_dialin;
  RC_ASSERT(config.hmac.has_value() == pinless);
  RC_ASSERT(config.sip_uri.has_value() == pinless);
  RC_ASSERT(!pinless || !config.ivr_message);
  RC_ASSERT(!pinless || config.phone_number || rules.allow_sip_only);
}

/// One holder a number, worked out from the states alone; every number's holder is who Known says.
void check_numbers(Story& story) {
  std::map<std::string, Holder> holders;
  for (const auto& [id, life] : story.lives()) {
    if (life.now.deleted || !life.now.config.phone_number) continue;
    const Holder holder{life.now.tenant, id};
    RC_ASSERT(holders.emplace(life.now.config.phone_number->text(), holder).second);
  }
  for (const char* text : {"+15550001", "+15550002", "+15550003"}) {
    const auto found = holders.find(text);
    RC_ASSERT(story.holder(number(text)) == (found == holders.end() ? std::nullopt : std::optional(found->second)));
  }
}

/// A refusal for a number must be true: another config does hold it.
void check_refusal(const Refusal& refusal, const Command& command, Story& story) {
  RC_ASSERT((refusal.code == RefusalCode::invalid) == !refusal.violations.empty());
  RC_ASSERT((refusal.code == RefusalCode::number_in_use) == refusal.number.has_value());
  if (refusal.code != RefusalCode::number_in_use) return;
  const std::optional<Holder> holder = story.holder(*refusal.number);
  RC_ASSERT(holder.has_value());
  RC_ASSERT(refusal.conflict.has_value() == (holder->tenant == command.tenant));
  RC_ASSERT((!refusal.conflict || refusal.conflict->id == holder->id));  // the macro takes an expression apart, and then asks both sides
}

using Outcomes = std::map<std::string, int>;

void take_turn(Story& story, const Command& command, const Rules& rules, Outcomes& outcomes) {
  const Decision decision = decide(command, story, rules);
  const std::string told = describe(decision);
  RC_ASSERT(describe(decide(command, story, rules)) == told);
  ++outcomes[told.substr(0, told.find_first_of(" :"))];
  for (const char* provenance : {"moved to", "restored from"}) outcomes[provenance] += told.find(provenance) != std::string::npos ? 1 : 0;

  const Sequence before = story.sequence();
  if (const auto* events = std::get_if<Decided>(&decision)) {
    story.happen(*events);  // throws when check_step or the ledger objects
    RC_ASSERT(story.sequence().value == before.value + events->size());
    const Event& last = events->back();
    const ConfigState& now = story.lives().at(last.config_id).now;
    RC_ASSERT(now.config == last.config);
    RC_ASSERT(now.version == last.version);
    RC_ASSERT(now.tenant == command.tenant);
    RC_ASSERT(now.deleted == (last.name == EventName::deleted));
    if (!now.deleted) check_config(now.config, rules);
    RC_ASSERT(events->size() == 1 || story.lives().at(events->front().config_id).now.deleted);
  } else if (const auto* refusal = std::get_if<Refusal>(&decision)) {
    check_refusal(*refusal, command, story);
  } else {
    const ConfigState& answered = std::get<Unchanged>(decision).state;
    RC_ASSERT(answered == story.lives().at(answered.id).now);
    RC_ASSERT(!answered.deleted);
  }
}

TEST(RandomCommands, keep_one_holder_per_number_and_fold_to_what_was_decided) {
  Outcomes outcomes;
  const bool held = rc::check([&] {
    Rules rules;
    rules.allow_sip_only = *rc::gen::arbitrary<bool>();
    const std::vector<Wish> wishes = *rc::gen::scale(4.0, rc::gen::container<std::vector<Wish>>(a_wish()));
    Story story;
    unsigned turn = 0;
    for (const Wish& wish : wishes) {
      take_turn(story, command_of(wish, ++turn, story), rules, outcomes);
      check_numbers(story);
    }
  });
  EXPECT_TRUE(held);
  // The property means something only when the commands get everywhere.
  for (const char* outcome : {"ConfigCreated", "ConfigUpdated", "ConfigDeleted", "unchanged", "not_found", "invalid", "number_in_use",
                              "moved to", "restored from"}) {
    EXPECT_GT(outcomes[outcome], 20) << outcome;
  }
}

}  // namespace
}  // namespace dialin::given
