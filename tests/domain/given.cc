#include "domain/given.h"

#include <stdexcept>

#include "domain/evolve.h"

namespace dialin::given {
namespace {

/// The sealing is not this room's: a secret stands for itself here.
Sealed sealed(std::string fingerprint) {
  return {"key-1", "box of " + fingerprint, std::move(fingerprint)};
}

Patch patch_of(const Body& body) {
  Draft draft;
  for (const Named& named : body) {
    draft.push_back({named.property, named.value ? DraftKind::text : DraftKind::null, named.value ? named.value : "", 0});
  }
  Validated validated = validate(draft);
  if (!validated.violations.empty()) throw std::logic_error(validated.violations[0].property + " " + validated.violations[0].rule);
  return std::move(validated.patch);
}

SealedPatch seal(Patch patch) {
  SealedPatch wishes{std::move(patch), {}};
  if (const Change<std::string> secret = std::exchange(wishes.patch.hmac, std::nullopt)) {
    wishes.hmac.emplace(std::nullopt);
    if (*secret) wishes.hmac->emplace(sealed(**secret));
  }
  return wishes;
}

std::string short_name(const ConfigId& id) {
  return "#" + std::to_string(number_of(id));
}

Command command(decltype(Command::action) action, unsigned fresh, std::string fresh_secret) {
  Command command;
  command.tenant = tenant(1);
  command.actor = "key";
  command.request_id = "request";
  command.fresh.id = config(fresh);
  command.fresh.hmac = sealed(std::move(fresh_secret));
  command.action = std::move(action);
  return command;
}

std::string text_of(const Config& config, Property property) {
  const std::optional<std::string_view> text = shown(config, property);
  if (!text) return "nothing";
  if (property != Property::sip_uri) return std::string(*text);
  const std::string_view username = text->substr(4, text->find('@') - 4);
  const std::optional<ConfigId> id = config_of_sip_username(username);
  return id ? "sip of " + short_name(*id) : std::string(*text);
}

std::string describe_values(const Event& event) {
  std::string text;
  for (const Property property : kProperties) {
    if (!event.changed.has(property)) continue;
    text += text.empty() ? ": " : ", ";
    text += std::string(name_of(property)) + "=";
    if (event.name == EventName::updated) text += text_of(event.before, property) + "->";
    text += text_of(event.config, property);
  }
  return text;
}

std::string describe(const Event& event) {
  std::string text = std::string(name_of(event.name)) + " " + short_name(event.config_id) + " v" + std::to_string(event.version.value);
  if (event.name == EventName::created) text += " " + std::string(name_of(event.config.category));
  if (event.name != EventName::deleted) text += describe_values(event);
  if (event.moved_to) text += " moved to " + short_name(event.moved_to->config_id);
  if (event.moved_from) text += " moved from " + short_name(*event.moved_from);
  if (event.restored_from) text += " restored from v" + std::to_string(event.restored_from->value);
  return text;
}

std::string describe(const Refusal& refusal) {
  std::string text;
  switch (refusal.code) {
    case RefusalCode::not_found:
      return "not_found";
    case RefusalCode::precondition_failed:
      return "precondition_failed";
    case RefusalCode::number_in_use:
      return "number_in_use: " + refusal.number->text() + " by " +
             (refusal.conflict ? short_name(refusal.conflict->id) : std::string("nobody you know"));
    case RefusalCode::invalid:
      for (const Violation& violation : refusal.violations) text += (text.empty() ? "invalid: " : ", ") + violation.property;
  }
  return text;
}

}  // namespace

ConfigId config(unsigned number) {
  ConfigId id;
  id.bytes[0] = static_cast<std::uint8_t>(number % 251);  // in-process tables hash the first bytes
  id.bytes[14] = static_cast<std::uint8_t>(number / 256);
  id.bytes[15] = static_cast<std::uint8_t>(number % 256);
  return id;
}

unsigned number_of(const ConfigId& id) {
  return id.bytes[14] * 256U + id.bytes[15];
}

TenantId tenant(unsigned number) {
  TenantId id;
  id.bytes[15] = static_cast<std::uint8_t>(number);
  return id;
}

PhoneNumber number(std::string_view text) {
  return PhoneNumber::parse(text).value();
}

SealedPatch wishes(const Body& body) {
  return seal(patch_of(body));
}

Command create(unsigned id, const Body& body) {
  Patch patch = patch_of(body);
  const std::optional<Category> category = category_meant(patch);
  if (!category) throw std::logic_error("a create without a type");
  return command(Create{seal(std::move(patch)), *category}, id, "fresh #" + std::to_string(id));
}
Command update(unsigned id, const Body& body) {
  return command(Update{config(id), wishes(body)}, 0, "renewed");
}
Command remove(unsigned id) {
  return command(Delete{config(id)}, 0, "unused");
}
Command move(unsigned id, unsigned to, const Body& body) {
  SealedPatch patch = wishes(body);
  if (!patch.patch.category) throw std::logic_error("a move without a type");
  const Category category = *patch.patch.category;
  return command(Move{config(id), std::move(patch), category}, to, "fresh #" + std::to_string(to));
}
Command restore(unsigned id, std::uint64_t version) {
  return command(Restore{config(id), Version{version}}, 0, "unused");
}

Command by(unsigned number, Command command) {
  command.tenant = tenant(number);
  return command;
}
Command if_match(std::vector<std::uint64_t> versions, Command command) {
  command.if_match.emplace();
  for (const std::uint64_t version : versions) command.if_match->versions.push_back(Version{version});
  return command;
}
Command if_match_any(Command command) {
  command.if_match = IfMatch{true, {}};
  return command;
}

std::string describe(const Decision& decision) {
  if (const auto* refusal = std::get_if<Refusal>(&decision)) return describe(*refusal);
  if (const auto* unchanged = std::get_if<Unchanged>(&decision)) {
    return "unchanged " + short_name(unchanged->state.id) + " v" + std::to_string(unchanged->state.version.value);
  }
  std::string text;
  for (const Event& event : std::get<Decided>(decision)) text += (text.empty() ? "" : " + ") + describe(event);
  return text;
}

Story::Story(const std::vector<Command>& commands, const Rules& rules) {
  for (const Command& command : commands) {
    const Decision decision = decide(command, *this, rules);
    if (const auto* events = std::get_if<Decided>(&decision)) {
      happen(*events);
    } else {
      throw std::logic_error("given is not possible: " + describe(decision));
    }
  }
}

const ConfigState* Story::state(const TenantId& tenant, const ConfigId& id) {
  const auto found = lives_.find(id);
  return found == lives_.end() || found->second.now.tenant != tenant ? nullptr : &found->second.now;
}

std::optional<Holder> Story::holder(const PhoneNumber& number) {
  for (const auto& [id, life] : lives_) {
    if (!life.now.deleted && life.now.config.phone_number == number) return Holder{life.now.tenant, id};
  }
  return std::nullopt;
}

std::optional<Config> Story::past(const TenantId& tenant, const ConfigId& id, Version version) {
  const auto found = lives_.find(id);
  if (found == lives_.end() || found->second.now.tenant != tenant) return std::nullopt;
  const std::vector<Config>& versions = found->second.versions;
  if (version.value < 1 || version.value > versions.size()) return std::nullopt;
  return versions[version.value - 1];
}

void Story::happen(const Decided& events) {
  for (const Event& event : events) {
    sequence_ = sequence_.next();
    const auto known = lives_.find(event.config_id);
    const ConfigState* before = known == lives_.end() ? nullptr : &known->second.now;
    const std::string_view fault = check_step(before, event, sequence_, time());
    if (!fault.empty()) throw std::logic_error(std::string(fault) + ": " + describe(event));
    Record record;
    record.sequence = sequence_;
    record.time = time();
    const std::string_view objection = ledger_.add(record, &event);
    if (!objection.empty()) throw std::logic_error(std::string(objection) + ": " + describe(event));
    Life& life = lives_[event.config_id];
    life.versions.push_back(event.config);
    life.now = state_after(event, sequence_, time());
  }
}

}  // namespace dialin::given
