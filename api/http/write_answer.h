#pragma once
// Hands a command to the writer and turns what became of it into an answer.

#include <string>

#include "api/http/call.h"
#include "api/http/errors.h"
#include "domain/command.h"

namespace dialin::http {

/// The answer comes later, on the io thread; 503 at once when the writer's queue is full.
void submit(Call& call, Command command);

/// Of a write that nobody took. "Nothing was stored" may be wrong for one that repeats another.
Problem not_taken(bool may_be_stored_before, const std::string& why);

}  // namespace dialin::http
