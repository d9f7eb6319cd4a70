#pragma once
// Why a node whose store is open is not ready: asked by /readyz, by /metrics, and by who tells the manager of services. Any thread.

#include <string>
#include <vector>

#include "api/http/wiring.h"

namespace dialin::http {

/// None: it is ready. `standing`: null on a log that no other node shares.
std::vector<std::string> reasons_not_ready(const Wiring& wiring, const NodeStanding* standing);

}  // namespace dialin::http
