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

/// How long before the writer may have forgotten a key its first answer is no longer counted on: more than a write ever waits.
constexpr std::int64_t kForgettingMargin_us = 600LL * 1'000'000;

/// Whether it is what the config has. Nothing else that the views say spares the look: they are behind the writes under way, which may make
/// fit what is stale or wrong by them.
bool is_there_already(const Call& call, const Command& command, const ConfigId& id, const std::string& url) {
  const std::optional<ConfigState> state = call.wiring.views.state(command.tenant, id);
  return state && !state->deleted && state->config.hold_music_url == url;
}

/// Whether the writer will give its first answer again, or refuse it because the key had another request.
bool is_remembered(const Call& call, const Command& command) {
  if (!may_be_stored_before(command)) return false;
  const auto row = call.wiring.views.idempotency(command.tenant, command.idempotency->key);
  if (!row) return false;
  const Instant now = next_time(call.wiring.clock.now(), call.wiring.views.position().time);
  return row->time.us + kIdempotencyRemembered_us > now.us + kForgettingMargin_us;
}

/// The URL that is to be judged before the command is submitted; null: none.
const std::string* url_to_judge(const Call& call, const Command& command) {
  if (call.wiring.music == nullptr) return nullptr;
  const std::string* url = nullptr;
  bool needs_none = false;
  if (const auto* create = std::get_if<Create>(&command.action)) {
    url = url_in(create->wishes);
    needs_none = command.if_match.has_value();  // which no creation meets
  } else if (const auto* update = std::get_if<Update>(&command.action)) {
    url = url_in(update->wishes);
    needs_none = url != nullptr && is_there_already(call, command, update->id, *url);
  } else if (const auto* move = std::get_if<Move>(&command.action)) {
    url = url_in(move->wishes);
    needs_none = url != nullptr && is_there_already(call, command, move->id, *url);
  }
  return url == nullptr || needs_none || is_remembered(call, command) ? nullptr : url;
}

Problem problem_of(const MusicVerdict& verdict, bool may_be_stored) {
  if (verdict.code == MusicVerdict::Code::unfit) return invalid("hold_music_url", verdict.why);
  return not_taken(may_be_stored, "hold_music_url cannot be looked at now, because " + verdict.why);
}

}  // namespace

void submit_with_music(Call& call, Command command) {
  const std::string* found = url_to_judge(call, command);
  if (found == nullptr) return submit(call, std::move(command));
  std::string url = *found;  // which moves away with the command
  const Reply reply = call.later();
  const auto kept = std::make_shared<Command>(std::move(command));
  const auto refused = call.wiring.music->judge(kept->tenant, std::move(url),
                                                [&wiring = call.wiring, admitted = call.admitted, reply, kept](MusicVerdict verdict) {
                                                  // Not run when the caller has gone: a write that nobody waits for is not begun.
                                                  reply.run([&wiring, admitted, kept, verdict = std::move(verdict)](Exchange& exchange) {
                                                    Call resumed{wiring, exchange, admitted};
                                                    if (verdict.code == MusicVerdict::Code::fit) return submit(resumed, std::move(*kept));
                                                    resumed.refuse(problem_of(verdict, may_be_stored_before(*kept)));
                                                  });
                                                });
  if (refused) reply.respond(call.admitted.manner.refusal(problem_of(*refused, may_be_stored_before(*kept)), call.applied()));
}

std::chrono::milliseconds music_time(const Call& call) {
  const bool may_name_one = call.request().body.find("hold_music_url") != std::string_view::npos;
  return call.wiring.music != nullptr && may_name_one ? kMusicVerdictMost : std::chrono::milliseconds(0);
}

}  // namespace dialin::http
