#include "api/http/hold_music.h"

#include <memory>
#include <utility>

#include "api/http/write_answer.h"
#include "domain/music.h"

namespace dialin::http {
namespace {

const std::string* url_in(const SealedPatch& wishes) {
  const Change<std::string>& url = wishes.patch.hold_music_url;
  return url && *url ? &**url : nullptr;
}

/// Whether the writer will refuse it, or has nothing to change about the music. What has changed by then it sees for itself.
bool is_settled(const Call& call, const Command& command, const ConfigId& id, const std::string& url,
                const std::function<Violations(const Config& present)>& check) {
  const std::optional<ConfigState> state = call.wiring.views.state(command.tenant, id);
  if (!state || state->deleted) return true;
  if (command.if_match && !command.if_match->is_met_by(state->version)) return true;
  return state->config.hold_music_url == url || !check(state->config).empty();
}

/// The URL that is to be judged before the command is submitted; null: none.
const std::string* url_to_judge(const Call& call, const Command& command) {
  const Rules& rules = call.wiring.rules;
  if (call.wiring.music == nullptr) return nullptr;
  const std::string* url = nullptr;
  bool needs_none = false;
  if (const auto* create = std::get_if<Create>(&command.action)) {
    url = url_in(create->wishes);
    needs_none = command.if_match.has_value();
  } else if (const auto* update = std::get_if<Update>(&command.action)) {
    url = url_in(update->wishes);
    needs_none = url != nullptr && is_settled(call, command, update->id, *url,
                                              [&](const Config& present) { return check_update(update->wishes, present, rules); });
  } else if (const auto* move = std::get_if<Move>(&command.action)) {
    url = url_in(move->wishes);
    needs_none = url != nullptr && is_settled(call, command, move->id, *url, [&](const Config& present) {
                   return check_move(move->wishes, move->category, present, rules);
                 });
  }
  if (url == nullptr || needs_none) return nullptr;
  const bool is_repetition = command.idempotency && call.wiring.views.idempotency(command.tenant, command.idempotency->key);
  return is_repetition ? nullptr : url;
}

Problem problem_of(const MusicVerdict& verdict) {
  if (verdict.code == MusicVerdict::Code::unfit) return invalid("hold_music_url", verdict.why);
  return {ErrorKind::unavailable, "hold_music_url cannot be looked at now, because " + verdict.why + ": nothing was stored"};
}

}  // namespace

void submit_with_music(Call& call, Command command) {
  const std::string* found = url_to_judge(call, command);
  if (found == nullptr) return submit(call, std::move(command));
  std::string url = *found;  // which moves away with the command
  const Reply reply = call.later();
  const auto kept = std::make_shared<Command>(std::move(command));
  const bool is_queued = call.wiring.music->judge(kept->tenant, std::move(url),
                                                  [&wiring = call.wiring, admitted = call.admitted, reply, kept](MusicVerdict verdict) {
                                                    // Not run when the caller has gone: a write that nobody waits for is not begun.
                                                    reply.run([&wiring, admitted, kept, verdict = std::move(verdict)](Exchange& exchange) {
                                                      Call resumed{wiring, exchange, admitted};
                                                      if (verdict.code == MusicVerdict::Code::fit) return submit(resumed, std::move(*kept));
                                                      resumed.refuse(problem_of(verdict));
                                                    });
                                                  });
  if (!is_queued) {
    reply.respond(call.admitted.manner.refusal(problem_of({MusicVerdict::Code::unjudged, "too many are being looked at"}), call.applied()));
  }
}

std::chrono::milliseconds music_time(const Call& call) {
  const bool may_name_one = call.request().body.find("hold_music_url") != std::string_view::npos;
  return call.wiring.music != nullptr && may_name_one ? kMusicVerdictMost : std::chrono::milliseconds(0);
}

}  // namespace dialin::http
