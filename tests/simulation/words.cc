#include "simulation/words.h"

namespace dialin::simulation {
namespace {

std::string short_of(const ConfigId& id) {
  return id.text().substr(0, 8);
}

std::string words_of(const SealedPatch& wishes) {
  std::string text;
  if (wishes.patch.phone_number) text += " number " + (*wishes.patch.phone_number ? (*wishes.patch.phone_number)->text() : "none");
  if (wishes.patch.name_prefix) text += " name " + wishes.patch.name_prefix->value_or("none");
  return text;
}

struct Action {
  std::string operator()(const Create& create) const {
    return "create " + short_of(command.fresh.id) + " " + std::string(name_of(create.category)) + words_of(create.wishes);
  }
  std::string operator()(const Update& update) const { return "update " + short_of(update.id) + words_of(update.wishes); }
  std::string operator()(const Delete& del) const { return "delete " + short_of(del.id); }
  std::string operator()(const Move& move) const { return "move " + short_of(move.id) + " to " + short_of(command.fresh.id); }
  std::string operator()(const Restore& restore) const {
    return "restore " + short_of(restore.id) + " version " + std::to_string(restore.version.value);
  }
  const Command& command;
};

constexpr const char* kCodes[] = {"stored",        "replayed",          "unchanged",          "would store", "refused",
                                  "still running", "another's key use", "nothing was stored", "unknown"};

}  // namespace

std::string words_of(const Command& command) {
  std::string text =
      command.request_id + ", " + std::visit(Action{command}, command.action) + ", tenant " + command.tenant.text().substr(0, 4);
  if (command.idempotency)
    text += ", key " + std::to_string(command.idempotency->key[0]) + "/" + std::to_string(command.idempotency->request[0]);
  if (command.if_match) text += ", if version " + std::to_string(command.if_match->versions.front().value);
  if (command.dry_run) text += ", dry run";
  return text;
}

std::string words_of(const service::WriteResult& result) {
  std::string text = kCodes[static_cast<std::size_t>(result.code)];
  text += " at " + std::to_string(result.sequence.value);
  if (result.state) text += ", " + short_of(result.state->id) + " version " + std::to_string(result.state->version.value);
  if (result.refusal.conflict) text += ", number held by " + short_of(result.refusal.conflict->id);
  if (!result.why.empty()) text += " (" + result.why + ")";
  return text;
}

}  // namespace dialin::simulation
