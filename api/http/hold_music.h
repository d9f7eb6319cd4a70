#pragma once
// Between a write that is fit by its own words and the writer: a `hold_music_url` that the config does not have yet is judged first, by
// what it leads to. On an io thread, which waits for nobody; the judge answers from a thread of its own.

#include <chrono>

#include "api/http/call.h"
#include "domain/command.h"

namespace dialin::http {

/// submit() (write_answer.h), after the music was found fit, or at once when there is none to judge: checks are off, the URL is the present
/// one, or its Idempotency-Key will have its first answer again. Else 400 with what is wrong; 503 when too many are being looked at, or the
/// node stops.
void submit_with_music(Call& call, Command command);

/// How much longer than others this write may take where it is carried out, because of music that is judged there.
std::chrono::milliseconds music_time(const Call& call);

}  // namespace dialin::http
