#pragma once
// The path of a request as its line shows it: its route's, with the id or number that stood at the braces. What has the form of neither may
// be anything, a secret that went to the wrong place, too, and is not shown. Pure; any thread.

#include <string>
#include <string_view>

namespace dialin::telemetry {

/// `path` without a query, percent-encoded, and of the form that `pattern` names: `/domain-dialin-config/{id}/move`.
void append_shown_path(std::string_view path, std::string_view pattern, std::string& out);

}  // namespace dialin::telemetry
