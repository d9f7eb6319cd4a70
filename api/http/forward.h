#pragma once
// A write that came to a node that does not lead goes on to the one that does: as it came, with the caller's own key, one hop at most. The
// answer is given once this node has applied what the leader stored, so that the caller reads its own write here.

#include "api/http/call.h"

namespace dialin::http {

/// Whether another node is to carry the call out.
bool is_for_another_node(const Call& call);
/// Answers the call. It was admitted.
void forward(Call& call);

}  // namespace dialin::http
