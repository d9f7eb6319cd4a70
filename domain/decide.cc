#include "domain/decide.h"

#include <string>
#include <utility>

#include "domain/compose.h"
#include "domain/invariant.h"

namespace dialin {
namespace {

Refusal refused(RefusalCode code) {
  Refusal refusal;
  refusal.code = code;
  return refusal;
}
Refusal invalid(Violations violations) {
  Refusal refusal = refused(RefusalCode::invalid);
  refusal.violations = std::move(violations);
  return refusal;
}
Refusal invalid(std::string property, std::string rule) {
  return invalid(Violations{{std::move(property), std::move(rule)}});
}

bool is_stale(const std::optional<IfMatch>& condition, Version version) {
  return condition && !condition->is_met_by(version);
}

template <class T>
void lay(const Change<T>& wish, std::optional<T>& value) {
  if (wish) value = *wish;
}

/// Lays wishes that fit the category over a config, but for `hmac` and `sip_uri`, which the server has a part in.
void lay_over(const Patch& wishes, Config& config) {
  lay(wishes.phone_number, config.phone_number);
  lay(wishes.name_prefix, config.name_prefix);
  lay(wishes.room_creation_api, config.room_creation_api);
  lay(wishes.hold_music_url, config.hold_music_url);
  lay(wishes.timeout_message, config.timeout_message);
  lay(wishes.ivr_message, config.ivr_message);
}

const Sealed& fresh_secret(const Command& command) {
  invariant(command.fresh.hmac.has_value(), "a command that may need a new secret brings one");
  return *command.fresh.hmac;
}

bool lacks_number(const Config& config, const Rules& rules) {
  return config.category == Category::pinless_dialin && !config.phone_number && !rules.allow_sip_only;
}

/// A config that the server completes: a pinless one always has a secret and an address of its own.
void complete_new(Config& config, const Command& command, const SealedPatch& wishes, const Rules& rules) {
  if (config.category != Category::pinless_dialin) return;
  const bool given = wishes.hmac && *wishes.hmac;
  config.hmac = given ? **wishes.hmac : fresh_secret(command);
  config.sip_uri = sip_uri_for(command.fresh.id, rules);
}

/// The question that ends every decision which gives `config` its number. Asks `known`, so that states got from it before are gone.
std::optional<Refusal> check_number_free(const Command& command, Known& known, const Config& config, const ConfigId& holder_to_be) {
  if (!config.phone_number) return std::nullopt;
  const std::optional<Holder> holder = known.holder(*config.phone_number);
  if (!holder || *holder == Holder{command.tenant, holder_to_be}) return std::nullopt;
  Refusal refusal = refused(RefusalCode::number_in_use);
  refusal.number = config.phone_number;
  // Another tenant's config is not even named.
  if (holder->tenant == command.tenant) {
    const ConfigState* conflict = known.state(holder->tenant, holder->id);
    invariant(conflict != nullptr && !conflict->deleted, "a number's holder is a live config");
    refusal.conflict = *conflict;
  }
  return refusal;
}

class Deciding {
 public:
  Deciding(const Command& command, Known& known, const Rules& rules) : command_(command), known_(known), rules_(rules) {}

  Decision operator()(const Create& create) {
    // A condition on what is there cannot hold for what is not (RFC 9110, 13.1.1).
    if (command_.if_match) return refused(RefusalCode::precondition_failed);
    Violations violations = check_category(create.wishes, create.category, true, rules_);
    if (!violations.empty()) return invalid(std::move(violations));
    Config config;
    config.category = create.category;
    lay_over(create.wishes.patch, config);
    complete_new(config, command_, create.wishes, rules_);
    return if_free(one(creation_of(command_, std::move(config))));
  }

  Decision operator()(const Update& update) {
    const ConfigState* before = nullptr;
    if (auto refusal = find_live(update.id, before)) return *std::move(refusal);
    Violations violations = check_update(update.wishes, before->config, rules_);
    if (!violations.empty()) return invalid(std::move(violations));
    Config config = before->config;
    lay_over(update.wishes.patch, config);
    if (update.wishes.hmac && config.category == Category::pinless_dialin) {
      const Sealed& secret = *update.wishes.hmac ? **update.wishes.hmac : fresh_secret(command_);
      // The same secret keeps its seal: a new one would be a change that nobody asked for.
      if (config.hmac != secret) config.hmac = secret;
    }
    return change(*before, std::move(config));
  }

  Decision operator()(const Delete& del) {
    const ConfigState* before = nullptr;
    if (auto refusal = find_live(del.id, before)) return *std::move(refusal);
    return one(deletion_of(command_, *before));
  }

  Decision operator()(const Move& move) {
    const ConfigState* before = nullptr;
    if (auto refusal = find_live(move.id, before)) return *std::move(refusal);
    Violations violations = check_move(move.wishes, move.category, before->config, rules_);
    if (!violations.empty()) return invalid(std::move(violations));
    Config config = shared_part(before->config, move.category);
    lay_over(move.wishes.patch, config);
    complete_new(config, command_, move.wishes, rules_);
    return if_free(move_of(command_, *before, std::move(config)));
  }

  Decision operator()(const Restore& restore) {
    const ConfigState* found = known_.state(command_.tenant, restore.id);
    if (found == nullptr) return refused(RefusalCode::not_found);
    if (is_stale(command_.if_match, found->version)) return refused(RefusalCode::precondition_failed);
    const ConfigState before = *found;
    std::optional<Config> config = known_.past(command_.tenant, restore.id, restore.version);
    if (!config) {
      return invalid("version", "must be one that the config has had: 1 to " + std::to_string(before.version.value));
    }
    invariant(config->category == before.config.category, "a config keeps its category");
    const PropertySet changed = difference(before.config, *config);
    if (!before.deleted && changed.empty()) return Unchanged{before};
    if (lacks_number(*config, rules_)) {
      return invalid(std::string(name_of(Property::phone_number)),
                     "is required in a config of type pinless_dialin, and that version has none");
    }
    Event event =
        before.deleted ? recreation_of(command_, before, *std::move(config)) : update_of(command_, before, *std::move(config), changed);
    event.restored_from = restore.version;
    return if_free(one(std::move(event)));
  }

 private:
  std::optional<Refusal> find_live(const ConfigId& id, const ConfigState*& out) {
    out = known_.state(command_.tenant, id);
    if (out == nullptr || out->deleted) return refused(RefusalCode::not_found);
    if (is_stale(command_.if_match, out->version)) return refused(RefusalCode::precondition_failed);
    return std::nullopt;
  }

  /// What carries over to the other category.
  static Config shared_part(const Config& present, Category category) {
    Config config;
    config.category = category;
    config.phone_number = present.phone_number;
    config.name_prefix = present.name_prefix;
    config.timeout_message = present.timeout_message;
    return config;
  }

  Decision change(const ConfigState& before, Config config) {
    const PropertySet changed = difference(before.config, config);
    if (changed.empty()) return Unchanged{before};
    Decided events = one(update_of(command_, before, std::move(config), changed));
    // What it holds already is not asked for again: an update of a message costs no look at the numbers.
    if (!changed.has(Property::phone_number)) return events;
    return if_free(std::move(events));
  }

  /// `events`, when the number that the last one gives is free. It is so, too, when held by the config that the first one is about:
  /// in a move the new config takes it over from the old.
  Decision if_free(Decided events) {
    if (auto refusal = check_number_free(command_, known_, events.back().config, events.front().config_id)) return *std::move(refusal);
    return events;
  }

  const Command& command_;
  Known& known_;
  const Rules& rules_;
};

}  // namespace

Decision decide(const Command& command, Known& known, const Rules& rules) {
  return std::visit(Deciding(command, known, rules), command.action);
}

}  // namespace dialin
