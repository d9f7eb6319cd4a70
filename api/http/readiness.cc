#include "api/http/readiness.h"

namespace dialin::http {

std::vector<std::string> reasons_not_ready(const Wiring& wiring, const NodeStanding* standing) {
  std::vector<std::string> reasons;
  if (wiring.unready) reasons = wiring.unready();
  if (standing != nullptr) reasons.insert(reasons.end(), standing->reasons.begin(), standing->reasons.end());
  if (std::string trouble = wiring.writer.trouble(); !trouble.empty()) reasons.push_back(std::move(trouble));
  return reasons;
}

}  // namespace dialin::http
