#pragma once
// From a request to a Command: everything that can be known, refused or made before the writer is asked. On the io thread.

#include <functional>
#include <optional>
#include <string>

#include "api/http/call.h"
#include "domain/command.h"

namespace dialin::http {

/// What all writes have: who, the idempotency key and the request's digest, If-Match, dry_run. Nothing after the call was refused.
std::optional<Command> begin_command(Call& call);

/// The body as a patch, with every violation that the values alone have. Nothing after the call was refused as no JSON.
std::optional<Validated> read_wishes(Call& call);

/// Adds those of `more` whose property is not in `violations` yet: what else is wrong with a property shows once the first is mended.
void add_new(Violations more, Violations& violations);

/// Takes the clear secret out of `patch` and seals it for `id`.
SealedPatch seal(Patch patch, const TenantId& tenant, const ConfigId& id, const Secrets& secrets);
/// A new secret of 32 random bytes, in base64, sealed for `id`.
Sealed fresh_hmac(const TenantId& tenant, const ConfigId& id, const Secrets& secrets, const Random& random);
ConfigId fresh_id(const Random& random);

/// What the rules say to wishes for a config that is there; null for none.
using Check = std::function<Violations(const SealedPatch& wishes, const Config& present)>;
/// What stands between a body with violations and its 400: a config that is not there, a stale If-Match; else the violations with those
/// of `check` added.
Problem problem_of_wishes(const Call& call, const ConfigId& id, const Command& command, Validated wishes, const Check& check);

}  // namespace dialin::http
