#pragma once
// What a caller asks of the store: a write, complete with everything random or secret that it may need, so that deciding is pure.

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/event.h"
#include "domain/validate.h"

namespace dialin {

/// Values the server makes, made beforehand by the thread that took the request.
struct Fresh {
  ConfigId id;  ///< for create and move: the new config's id (version 4)
  /// A new secret sealed for the config it goes to. decide() wants one for a create of and a move to a pinless config without a given
  /// `hmac`, and for an update with `hmac: null`.
  std::optional<Sealed> hmac;
};

/// The `If-Match` of a write. `*` is any version that is there.
struct IfMatch {
  bool any = false;
  std::vector<Version> versions;  ///< at most 16
  bool is_met_by(Version version) const;
};

/// Wishes with the secret sealed. `patch.hmac` is empty; `hmac` has taken its place.
struct SealedPatch {
  Patch patch;
  Change<Sealed> hmac;
};

/// As check_category() of a Patch, before or after the secret was sealed.
Violations check_category(const SealedPatch& wishes, Category category, bool creating, const Rules& rules);
/// All that forbids to change `present` so: its category's rules, another type, another sip_uri.
Violations check_update(const SealedPatch& wishes, const Config& present, const Rules& rules);
/// All that forbids to move `present` to `category` so; its own category, too. What carries over counts as wished for.
Violations check_move(const SealedPatch& wishes, Category category, const Config& present, const Rules& rules);

struct Create {
  SealedPatch wishes;
  Category category;
};
struct Update {
  ConfigId id;
  SealedPatch wishes;
};
struct Delete {
  ConfigId id;
};
struct Move {
  ConfigId id;
  SealedPatch wishes;
  Category category;
};
struct Restore {
  ConfigId id;
  Version version;
};

struct Command {
  TenantId tenant;
  std::string actor;  ///< API key id
  std::string request_id;
  TraceRef trace = {};
  std::optional<Idempotency> idempotency;
  std::optional<IfMatch> if_match;
  bool dry_run = false;
  Fresh fresh;
  std::variant<Create, Update, Delete, Move, Restore> action;
};

/// Whether the key that it names may stand for something stored before. A dry run stores nothing, so that nothing remembers its key and no
/// key speaks against it.
inline bool may_be_stored_before(const Command& command) {
  return command.idempotency && !command.dry_run;
}

/// Server-made and never changed after: `sip:<the id's 32 hex digits>@<sip domain>`. Unique because ids are.
std::string sip_uri_for(const ConfigId& id, const Rules& rules);
/// The config whose sip_uri has this user name, if the name has the form of one.
std::optional<ConfigId> config_of_sip_username(std::string_view username);

}  // namespace dialin
