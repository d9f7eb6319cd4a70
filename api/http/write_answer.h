#pragma once
// Hands a command to the writer and turns what became of it into an answer.

#include "api/http/call.h"
#include "domain/command.h"

namespace dialin::http {

/// The answer comes later, on the io thread; 503 at once when the writer's queue is full.
void submit(Call& call, Command command);

}  // namespace dialin::http
