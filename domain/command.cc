#include "domain/command.h"

#include <algorithm>

namespace dialin {

bool IfMatch::is_met_by(Version version) const {
  return any || std::find(versions.begin(), versions.end(), version) != versions.end();
}

std::string sip_uri_for(const ConfigId& id, const Rules& rules) {
  return "sip:" + to_hex(id.bytes.data(), id.bytes.size()) + "@" + rules.sip_domain;
}

std::optional<ConfigId> config_of_sip_username(std::string_view username) {
  ConfigId id;
  if (!from_hex(username, id.bytes.data(), id.bytes.size())) return std::nullopt;
  // User names are told apart by case (RFC 3261, 19.1.4), and ours are lower case.
  if (to_hex(id.bytes.data(), id.bytes.size()) != username) return std::nullopt;
  return id;
}

}  // namespace dialin
