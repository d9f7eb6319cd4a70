#include "api/http/query.h"

#include <algorithm>

#include "api/http/decimal.h"
#include "api/http/shown_name.h"
#include "domain/ids.h"
#include "domain/validate.h"

namespace dialin::http {
namespace {

/// A form's `+` is a space, unless a phone number may begin there.
std::string with_form_blanks(std::string_view raw) {
  std::string text(raw);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '+') continue;
    const std::string_view before(text.data(), i);
    if (!before.empty() && !before.ends_with(',') && !before.ends_with("%2C") && !before.ends_with("%2c") && !before.ends_with(':'))
      text[i] = ' ';
  }
  return text;
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    std::uint8_t byte = 0;
    if (i + 2 >= text.size() || !from_hex(text.substr(i + 1, 2), &byte, 1)) return std::nullopt;
    decoded += static_cast<char>(byte);
    i += 2;
  }
  if (decoded.find('\0') != std::string::npos || !is_utf8(decoded)) return std::nullopt;
  return decoded;
}

Result<Query, Violations> Query::parse(std::string_view raw, std::span<const std::string_view> known) {
  Query query;
  Violations broken;
  std::size_t count = 0;
  while (!raw.empty()) {
    const std::size_t end = std::min(raw.find('&'), raw.size());
    const std::string_view pair = raw.substr(0, end);
    raw.remove_prefix(std::min(end + 1, raw.size()));
    if (pair.empty()) continue;
    if (++count > kParametersMax) return Violations{{"query", "must not have more than 32 parameters"}};
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::optional<std::string> name = percent_decoded(pair.substr(0, equals));
    const std::optional<std::string> value = percent_decoded(with_form_blanks(pair.substr(std::min(equals + 1, pair.size()))));
    if (!name) {
      broken.push_back({"query", "must be percent-encoded UTF-8 without NUL"});
      continue;
    }
    const auto place = std::find(known.begin(), known.end(), *name);
    if (place == known.end()) {
      broken.push_back({shown_name(*name), "is not a query parameter of this call"});
    } else if (query.find(*name) != nullptr) {
      broken.push_back({*name, "must not be given more than once"});
    } else if (!value) {
      broken.push_back({*name, "must be percent-encoded UTF-8 without NUL"});
    } else {
      query.parameters_.push_back({*place, *value});
    }
  }
  if (!broken.empty()) return broken;
  return query;
}

const std::string* Query::find(std::string_view name) const {
  const auto place = std::find_if(parameters_.begin(), parameters_.end(), [&](const Parameter& each) { return each.name == name; });
  return place == parameters_.end() ? nullptr : &place->value;
}

std::uint64_t Query::number(std::string_view name, std::uint64_t fallback, std::uint64_t least, std::uint64_t most,
                            Violations& broken) const {
  const std::string* text = find(name);
  if (text == nullptr) return fallback;
  const std::optional<std::uint64_t> number = parse_decimal(*text);
  if (number && *number >= least && *number <= most) return *number;
  broken.push_back({std::string(name), "must be an integer from " + std::to_string(least) + " to " + std::to_string(most)});
  return fallback;
}

bool Query::flag(std::string_view name, Violations& broken) const {
  const std::string* text = find(name);
  if (text == nullptr || *text == "false") return false;
  if (*text != "true") broken.push_back({std::string(name), "must be true or false"});
  return true;
}

}  // namespace dialin::http
