#include "api/http/config_answer.h"

#include <stdexcept>

#include "domain/invariant.h"

namespace dialin::http {

void append_opened(const Answer& answer, const std::optional<Sealed>& hmac, const TenantId& tenant, const ConfigId& id,
                   const Secrets& secrets, std::string& out) {
  if (answer.hole == 0 || !hmac) {
    out += answer.json;
    return;
  }
  const std::optional<std::string> clear = secrets.open(*hmac, tenant, id);
  if (!clear) throw std::runtime_error("the hmac of config " + id.text() + " cannot be opened with key " + hmac->key_id);
  out.reserve(out.size() + answer.json.size() + clear->size());
  out.append(answer.json, 0, answer.hole).append(*clear).append(answer.json, answer.hole);
}

ConfigId id_of(const Answer& answer) {
  constexpr std::string_view kBefore = R"({"id":")";
  constexpr std::size_t kIdBytes = 36;
  const std::string_view json = answer.json;
  const std::optional<ConfigId> id = json.starts_with(kBefore) && json.size() > kBefore.size() + kIdBytes
                                         ? ConfigId::parse(json.substr(kBefore.size(), kIdBytes))
                                         : std::nullopt;
  invariant(id.has_value(), "an answer begins with its config's id");
  return *id;
}

}  // namespace dialin::http
