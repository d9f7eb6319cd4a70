#include "domain/trace.h"

#include <algorithm>
#include <array>

namespace dialin {
namespace {

// `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`: version, trace-id, parent-id, flags.
constexpr std::size_t kVersionSize = 2;
constexpr std::size_t kIdAt = 3;
constexpr std::size_t kIdSize = 32;
constexpr std::size_t kSpanAt = 36;
constexpr std::size_t kSpanSize = 16;
constexpr std::size_t kFlagsAt = 53;
constexpr std::size_t kFlagsSize = 2;
constexpr std::size_t kParentSize = 55;
constexpr std::size_t kNameBytesMax = 256;
constexpr std::size_t kValueBytesMax = 256;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_small_letter(char c) {
  return c >= 'a' && c <= 'z';
}

/// Capitals are none.
bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}
bool is_id(std::string_view text) {
  return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

/// Of a higher version, only that the caller has sampled is known to mean what it does in 00.
char sampled_alone(char last_hex_digit) {
  const bool is_odd = is_digit(last_hex_digit) ? (last_hex_digit - '0') % 2 == 1 : (last_hex_digit - 'a') % 2 == 1;
  return is_odd ? '1' : '0';
}

std::optional<std::string> parse_parent(std::string_view text) {
  if (text.size() < kParentSize) return std::nullopt;
  const std::string_view version = text.substr(0, kVersionSize);
  if (!is_hex(version) || version == "ff") return std::nullopt;
  if (text[kIdAt - 1] != '-' || text[kSpanAt - 1] != '-' || text[kFlagsAt - 1] != '-') return std::nullopt;
  if (!is_id(text.substr(kIdAt, kIdSize)) || !is_id(text.substr(kSpanAt, kSpanSize))) return std::nullopt;
  if (!is_hex(text.substr(kFlagsAt, kFlagsSize))) return std::nullopt;
  const std::string_view behind = text.substr(kParentSize);
  if (version == "00") return behind.empty() ? std::optional<std::string>(text) : std::nullopt;
  if (!behind.empty() && behind.front() != '-') return std::nullopt;
  std::string as_00 = "00";
  as_00.append(text.substr(kVersionSize, kFlagsAt - kVersionSize)).append(1, '0').append(1, sampled_alone(text[kParentSize - 1]));
  return as_00;
}

/// The later drafts' rule, which takes in the first one's.
bool is_name(std::string_view name) {
  const auto is_fit = [](char c) { return is_small_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '*' || c == '/' || c == '@'; };
  return !name.empty() && name.size() <= kNameBytesMax && (is_small_letter(name.front()) || is_digit(name.front())) &&
         std::all_of(name.begin(), name.end(), is_fit);
}

/// Blanks in front belong to it; those behind it were taken off.
bool is_value(std::string_view value) {
  const auto is_fit = [](char c) { return c >= ' ' && c <= '~' && c != ',' && c != '='; };
  return !value.empty() && value.size() <= kValueBytesMax && std::all_of(value.begin(), value.end(), is_fit);
}

std::string_view without_blanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

/// Whether it is a list of the recommendation that names at least one system, and none twice. Members may be empty.
bool is_state(std::string_view text) {
  if (text.size() > kTraceStateBytesMax) return false;
  std::array<std::string_view, kTraceStateMembersMax> names;
  std::size_t named = 0;
  std::size_t members = 0;
  for (bool is_last = false; !is_last;) {
    if (++members > kTraceStateMembersMax) return false;
    const std::size_t comma = text.find(',');
    is_last = comma == std::string_view::npos;
    const std::string_view member = without_blanks(text.substr(0, comma));
    if (!is_last) text.remove_prefix(comma + 1);
    if (member.empty()) continue;
    const std::size_t equals = member.find('=');
    if (equals == std::string_view::npos) return false;
    const std::string_view name = member.substr(0, equals);
    if (!is_name(name) || !is_value(member.substr(equals + 1))) return false;
    if (std::find(names.begin(), names.begin() + named, name) != names.begin() + named) return false;
    names[named++] = name;
  }
  return named > 0;
}

}  // namespace

std::string_view Trace::id() const {
  const std::string_view text(parent);
  return text.size() < kIdAt + kIdSize ? std::string_view() : text.substr(kIdAt, kIdSize);
}

bool is_same(const TraceRef& a, const TraceRef& b) {
  return a == b || (a && b && *a == *b);
}

std::optional<Trace> parse_trace(std::string_view parent, std::optional<std::string_view> state) {
  std::optional<std::string> as_00 = parse_parent(parent);
  if (!as_00) return std::nullopt;
  Trace trace{.parent = std::move(*as_00), .state = {}};
  if (state && is_state(*state)) trace.state = *state;
  return trace;
}

}  // namespace dialin
