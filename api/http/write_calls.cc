// The calls that change configs. Each refuses what can be refused here, with everything that is wrong at once, and leaves the decision to
// the writer.

#include "api/http/body.h"
#include "api/http/call.h"
#include "api/http/calls.h"
#include "api/http/conditions.h"
#include "api/http/hold_music.h"
#include "api/http/write_answer.h"
#include "api/http/write_command.h"

namespace dialin::http {
namespace {

Problem problem_of_restore(const Call& call, const ConfigId& id, const Command& command, const Violations& violations) {
  const std::optional<ConfigState> state = call.wiring.views.state(call.tenant(), id);
  if (!state) return no_such_config();
  if (command.if_match && !command.if_match->is_met_by(state->version))
    return problem_of(Refusal{RefusalCode::precondition_failed, {}, {}, {}});
  return invalid(violations);
}

}  // namespace

void create_config(Call& call) {
  std::optional<Command> command = begin_command(call);
  if (!command) return;
  std::optional<Validated> wishes = read_wishes(call);
  if (!wishes) return;
  const std::optional<Category> category = category_meant(wishes->patch);
  if (category) {
    add_new(check_category(wishes->patch, *category, true, call.wiring.rules), wishes->violations);
  } else {
    add_new({{"type", "must be pinless_dialin or pin_dialin: nothing else in the body tells which"}}, wishes->violations);
  }
  if (!wishes->violations.empty()) return call.refuse(invalid(std::move(wishes->violations)));

  const Wiring& wiring = call.wiring;
  command->fresh.id = fresh_id(wiring.random);
  const bool is_given = wishes->patch.hmac && *wishes->patch.hmac;
  if (*category == Category::pinless_dialin && !is_given)
    command->fresh.hmac = fresh_hmac(call.tenant(), command->fresh.id, wiring.secrets, wiring.random);
  command->action = Create{seal(std::move(wishes->patch), call.tenant(), command->fresh.id, wiring.secrets), *category};
  submit_with_music(call, std::move(*command));
}

void update_config(Call& call) {
  std::optional<Command> command = begin_command(call);
  if (!command) return;
  const std::optional<ConfigId> id = call.id();
  if (!id) return call.refuse(no_such_config());
  std::optional<Validated> wishes = read_wishes(call);
  if (!wishes) return;
  const Wiring& wiring = call.wiring;
  if (!wishes->violations.empty()) {
    const Check check = [&](const SealedPatch& sealed, const Config& present) { return check_update(sealed, present, wiring.rules); };
    return call.refuse(problem_of_wishes(call, *id, *command, std::move(*wishes), check));
  }
  const bool wants_new = wishes->patch.hmac && !*wishes->patch.hmac;
  if (wants_new) command->fresh.hmac = fresh_hmac(call.tenant(), *id, wiring.secrets, wiring.random);
  command->action = Update{*id, seal(std::move(wishes->patch), call.tenant(), *id, wiring.secrets)};
  submit_with_music(call, std::move(*command));
}

void delete_config(Call& call) {
  std::optional<Command> command = begin_command(call);
  if (!command) return;
  const std::optional<ConfigId> id = call.id();
  if (!id) return call.refuse(no_such_config());
  command->action = Delete{*id};
  submit(call, std::move(*command));
}

void move_config(Call& call) {
  std::optional<Command> command = begin_command(call);
  if (!command) return;
  const std::optional<ConfigId> id = call.id();
  if (!id) return call.refuse(no_such_config());
  std::optional<Validated> wishes = read_wishes(call);
  if (!wishes) return;
  const std::optional<Category> target = wishes->patch.category;
  if (!target) add_new({{"type", "must be the category to move to: pinless_dialin or pin_dialin"}}, wishes->violations);
  const Wiring& wiring = call.wiring;
  if (!wishes->violations.empty()) {
    Check check;
    if (target)
      check = [&](const SealedPatch& sealed, const Config& present) { return check_move(sealed, *target, present, wiring.rules); };
    return call.refuse(problem_of_wishes(call, *id, *command, std::move(*wishes), check));
  }
  command->fresh.id = fresh_id(wiring.random);
  const bool is_given = wishes->patch.hmac && *wishes->patch.hmac;
  if (*target == Category::pinless_dialin && !is_given)
    command->fresh.hmac = fresh_hmac(call.tenant(), command->fresh.id, wiring.secrets, wiring.random);
  command->action = Move{*id, seal(std::move(wishes->patch), call.tenant(), command->fresh.id, wiring.secrets), *target};
  submit_with_music(call, std::move(*command));
}

void restore_config(Call& call) {
  std::optional<Command> command = begin_command(call);
  if (!command) return;
  const std::optional<ConfigId> id = call.id();
  if (!id) return call.refuse(no_such_config());
  const Result<Body, NotJson> body = parse_body(call.request().body);
  if (!body) return call.refuse({ErrorKind::json, "the body " + body.error().why});
  const Result<Version, Violations> version = validate_restore(body->draft);
  Violations violations = body->violations;
  if (!version) add_new(version.error(), violations);
  if (!violations.empty()) return call.refuse(problem_of_restore(call, *id, *command, violations));
  command->action = Restore{*id, *version};
  submit(call, std::move(*command));
}

}  // namespace dialin::http
