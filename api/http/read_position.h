#pragma once
// The log position that a read asks for: `Dialin-Min-Sequence: n`, `Dialin-Consistency: strong` (contract.md, "Calls").

#include <chrono>

#include "api/http/call.h"

namespace dialin::http {

/// How long a read waits for its position before it is answered 503.
constexpr std::chrono::seconds kPositionWait{5};

/// Serves `call` once this node has applied what it asks for: at once when it has, or asks for nothing.
void serve_at_position(Call& call);

}  // namespace dialin::http
