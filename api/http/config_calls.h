#pragma once
// Answers with one config, as GET /domain-dialin-config/{id} and GET /numbers/{number} do.

#include "api/http/call.h"

namespace dialin::http {

/// 200 with the config and its ETag, or 304 when If-None-Match names its version. `position` was read before the row was.
void answer_config(Call& call, const ConfigId& id, const projections::ConfigRow& row, Sequence position);

}  // namespace dialin::http
