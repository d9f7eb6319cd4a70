#include "api/cli/options/sip_domain.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>

namespace dialin::cli {
namespace {

constexpr std::size_t kHostCharactersMax = 253;
constexpr std::size_t kLabelCharactersMax = 63;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
/// Of ASCII, whatever the locale.
bool is_letter_or_digit(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port != 0;
}

bool is_address(int family, std::string_view text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  return text.find('\0') == std::string_view::npos && ::inet_pton(family, std::string(text).c_str(), bytes.data()) == 1;
}

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= kLabelCharactersMax && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

bool is_host(std::string_view text) {
  if (is_address(AF_INET, text)) return true;
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.size() > kHostCharactersMax) return false;
  while (true) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    const std::string_view label = text.substr(0, dot);
    if (!is_label(label)) return false;
    // Else 10.0.0.256 were a name.
    if (dot == text.size()) return !std::all_of(label.begin(), label.end(), is_digit);
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

bool is_sip_domain(std::string_view text) {
  const bool is_bracketed = text.starts_with('[');
  const std::size_t end = is_bracketed ? text.find(']') : std::min(text.find(':'), text.size());
  if (end == std::string_view::npos) return false;
  const bool is_good = is_bracketed ? is_address(AF_INET6, text.substr(1, end - 1)) : is_host(text.substr(0, end));
  const std::string_view behind = text.substr(is_bracketed ? end + 1 : end);
  return is_good && (behind.empty() || (behind.front() == ':' && is_port(behind.substr(1))));
}

}  // namespace dialin::cli
