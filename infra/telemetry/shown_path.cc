#include "infra/telemetry/shown_path.h"

#include <optional>

#include "domain/ids.h"
#include "domain/phone_number.h"
#include "infra/telemetry/request_line.h"

namespace dialin::telemetry {
namespace {

/// A number's 16 characters with blanks, dots and brackets between them, all of them percent-encoded.
constexpr std::size_t kNumberBytesMax = 96;

std::optional<std::uint8_t> byte_of(std::string_view two_digits) {
  std::uint8_t byte = 0;
  if (!from_hex(two_digits, &byte, 1)) return std::nullopt;
  return byte;
}

bool is_number(std::string_view argument) {
  if (argument.size() > kNumberBytesMax) return false;
  std::string spelled;
  for (std::size_t at = 0; at < argument.size(); ++at) {
    if (argument[at] != '%') {
      spelled += argument[at];
      continue;
    }
    const auto byte = byte_of(argument.substr(at + 1, 2));
    if (!byte) return false;
    spelled += static_cast<char>(*byte);
    at += 2;
  }
  return PhoneNumber::parse(spelled).has_value();
}

}  // namespace

void append_shown_path(std::string_view path, std::string_view pattern, std::string& out) {
  const std::size_t open = pattern.find('{');
  if (open == std::string_view::npos) {
    out += pattern;
    return;
  }
  const std::size_t close = pattern.find('}', open);
  const std::string_view before = pattern.substr(0, open);
  const std::string_view behind = pattern.substr(close + 1);
  if (path.size() <= before.size() + behind.size() || !path.starts_with(before) || !path.ends_with(behind)) {
    out += pattern;
    return;
  }
  const std::string_view argument = path.substr(open, path.size() - before.size() - behind.size());
  const std::string_view name = pattern.substr(open + 1, close - open - 1);
  const bool has_its_form = name == "number" ? is_number(argument) : ConfigId::parse(argument).has_value();
  out += before;
  if (has_its_form) {
    append_shown(argument, out);
  } else {
    out += pattern.substr(open, close + 1 - open);
  }
  out += behind;
}

}  // namespace dialin::telemetry
