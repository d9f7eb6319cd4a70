#include "infra/telemetry/request_line.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "infra/telemetry/prometheus_telemetry.h"
#include "infra/telemetry/shown_path.h"

namespace dialin::telemetry {
namespace {

constexpr std::int64_t kSecond_us = 1'000'000;

/// The second's text is made once a second: a line's is all that but the fraction.
void append_time(Instant time, std::string& out) {
  struct Second {
    std::int64_t number = -1;
    std::string text;
  };
  thread_local Second second;
  const std::int64_t number = time.us / kSecond_us;
  if (number != second.number) {
    second.number = number;
    second.text = Instant{number * kSecond_us}.rfc3339().substr(0, 20);  // `2026-05-04T13:05:00.`
  }
  out += second.text;
  std::array<char, 7> fraction{'0', '0', '0', '0', '0', '0', 'Z'};
  auto us = static_cast<std::uint32_t>(time.us % kSecond_us);
  for (std::size_t i = 6; i > 0; us /= 10) fraction[--i] = static_cast<char>('0' + us % 10);
  out.append(fraction.data(), fraction.size());
}

void append_number(std::uint64_t number, std::string& out) {
  std::array<char, 20> digits;
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

/// With three places behind the point: microseconds.
void append_milliseconds(double seconds, std::string& out) {
  const auto us = static_cast<std::uint64_t>(seconds > 0 ? seconds * 1e6 : 0);
  append_number(us / 1000, out);
  const std::array<char, 4> fraction{'.', static_cast<char>('0' + us / 100 % 10), static_cast<char>('0' + us / 10 % 10),
                                     static_cast<char>('0' + us % 10)};
  out.append(fraction.data(), fraction.size());
}

struct Fields {
  std::string& out;
  const bool as_json;

  void name(std::string_view name) const {
    out += as_json ? std::string_view(",\"") : std::string_view(" ");
    out += name;
    out += as_json ? std::string_view("\":") : std::string_view("=");
  }
  void text(std::string_view called, std::string_view text) const {
    if (text.empty()) return;
    name(called);
    if (as_json) out += '"';
    append_shown(text, out);
    if (as_json) out += '"';
  }
  void path(std::string_view path, std::string_view pattern) const {
    name("path");
    if (as_json) out += '"';
    append_shown_path(path, pattern, out);
    if (as_json) out += '"';
  }
  void number(std::string_view called, std::uint64_t number) const {
    name(called);
    append_number(number, out);
  }
};

bool is_plain(char c) {
  return c > ' ' && c < '\x7f' && c != '"' && c != '\\';
}

/// As those that are registered are written (RFC 9110, 16.1). Whatever else stands there may be a secret that slipped out of its line.
bool is_method(std::string_view text) {
  constexpr std::size_t kBytesMax = 20;
  return text.size() <= kBytesMax && std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'A' && c <= 'Z') || c == '-'; });
}

constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kHighs = 0x80 * kOnes;

/// A high bit for each byte that is zero, and perhaps for some behind one: enough to know that there is none.
constexpr std::uint64_t zeros(std::uint64_t bytes) {
  return (bytes - kOnes) & ~bytes & kHighs;
}

/// How many of `text`'s first bytes are plain, eight by eight: nearly all texts are, from their first byte to their last.
std::size_t plain_bytes(std::string_view text) {
  std::size_t at = 0;
  for (std::uint64_t bytes = 0; at + sizeof bytes <= text.size(); at += sizeof bytes) {
    std::memcpy(&bytes, text.data() + at, sizeof bytes);
    const std::uint64_t low = (bytes - 0x21 * kOnes) & ~bytes & kHighs;
    if (((bytes & kHighs) | low | zeros(bytes ^ (0x7f * kOnes)) | zeros(bytes ^ ('"' * kOnes)) | zeros(bytes ^ ('\\' * kOnes))) != 0) break;
  }
  while (at < text.size() && is_plain(text[at])) ++at;
  return at;
}

}  // namespace

Level level_of(const AnsweredRequest& request, const RouteName& route) {
  if (route.is_operation) return Level::debug;
  return request.status >= 500 ? Level::warning : Level::info;
}

void append_shown(std::string_view text, std::string& out) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  const bool is_cut = text.size() > kShownBytesMax;
  if (is_cut) text = text.substr(0, kShownBytesMax);
  for (;;) {
    const std::size_t plain = plain_bytes(text);
    out.append(text.data(), plain);
    if (plain == text.size()) break;
    const auto byte = static_cast<unsigned char>(text[plain]);
    out.append({'%', kHex[byte >> 4U], kHex[byte & 15U]});
    text.remove_prefix(plain + 1);
  }
  if (is_cut) out += "...";
}

void append_line(const AnsweredRequest& request, const RouteName& route, Instant time, bool as_json, std::string& out) {
  const std::string_view level = name_of(level_of(request, route));
  if (as_json) {
    out += R"({"time":")";
    append_time(time, out);
    out.append(R"(","level":")").append(level).append(R"(","line":"request")");
  } else {
    append_time(time, out);
    out.append(1, ' ').append(level).append(" request");
  }
  const Fields fields{out, as_json};
  fields.text("method", is_method(request.method) ? request.method : "other");
  // What is no path of ours may be anything.
  if (request.row > kUnknownRow) fields.path(request.path, route.pattern);
  fields.text("route", route.pattern);
  fields.number("status", request.status);
  fields.number("bytes", request.bytes);
  fields.name("milliseconds");
  append_milliseconds(request.seconds, out);
  fields.text("request_id", request.request_id);
  fields.text("tenant", request.tenant);
  fields.text("key", request.key_id);
  fields.text("peer", request.peer);
  fields.text("trace_id", request.trace_id);
  fields.text("forwarded_to", request.forwarded_to);
  out += as_json ? std::string_view("}\n") : std::string_view("\n");
}

}  // namespace dialin::telemetry
