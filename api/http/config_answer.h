#pragma once
// A config as its tenant sees it: the stored answer with the opened secret in its hole. Any thread.

#include <optional>
#include <string>

#include "domain/codec.h"
#include "domain/secrets.h"
#include "projections/keys.h"

namespace dialin::http {

/// Appends the answer to `out`. Throws std::runtime_error when the key ring cannot open the secret.
void append_opened(const Answer& answer, const std::optional<Sealed>& hmac, const TenantId& tenant, const ConfigId& id,
                   const Secrets& secrets, std::string& out);

/// Which config an answer is of: the codec writes the id first.
ConfigId id_of(const Answer& answer);

}  // namespace dialin::http
