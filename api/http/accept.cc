// Which shape of an error the caller asked for (RFC 9110, section 12.5.1).

#include <algorithm>
#include <cctype>

#include "api/http/errors.h"

namespace dialin::http {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string_view take_until(std::string_view& rest, char end) {
  const std::size_t at = std::min(rest.find(end), rest.size());
  const std::string_view piece = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return trimmed(piece);
}

/// The `q` of a media range's parameters in thousandths; 1000 when there is none or it makes no sense.
int weight_in(std::string_view parameters) {
  while (!parameters.empty()) {
    const std::string_view each = take_until(parameters, ';');
    if (each.size() < 3 || (each[0] != 'q' && each[0] != 'Q') || each[1] != '=') continue;
    int weight = each[2] == '1' ? 1000 : 0;
    int unit = 100;
    for (std::size_t i = 4; i < each.size() && i < 7 && each[2] == '0' && std::isdigit(static_cast<unsigned char>(each[i])) != 0; ++i) {
      weight += (each[i] - '0') * unit;
      unit /= 10;
    }
    return weight;
  }
  return 1000;
}

}  // namespace

bool wants_problem(std::optional<std::string_view> accept) {
  if (!accept) return false;
  int problem = 0;
  int plain = 0;
  for (std::string_view rest = *accept; !rest.empty();) {
    std::string_view parameters = take_until(rest, ',');
    const std::string_view range = take_until(parameters, ';');
    if (same_ignoring_case(range, "application/problem+json")) problem = std::max(problem, weight_in(parameters));
    if (same_ignoring_case(range, "application/json")) plain = std::max(plain, weight_in(parameters));
  }
  return problem > 0 && problem >= plain;
}

}  // namespace dialin::http
