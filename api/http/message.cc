#include "api/http/message.h"

#include <array>

namespace dialin::http {

namespace {

constexpr std::array<std::string_view, kFieldCount> kFieldNames = {
    "authorization", "content-type",        "content-encoding",   "accept",        "if-match", "if-none-match", "idempotency-key",
    "x-request-id",  "dialin-min-sequence", "dialin-consistency", "last-event-id", "host",     "expect",        "dialin-forwarded-by",
    "traceparent",   "tracestate",
};
constexpr std::array<std::string_view, 6> kMethodNames = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"};

}  // namespace

std::string_view name_of(Method method) {
  const auto place = static_cast<std::size_t>(method);
  return place < kMethodNames.size() ? kMethodNames[place] : "other";
}

Method method_named(std::string_view text) {
  for (std::size_t i = 0; i < kMethodNames.size(); ++i) {
    if (kMethodNames[i] == text) return static_cast<Method>(i);
  }
  return Method::other;
}

std::string_view name_of(Field field) {
  return kFieldNames[static_cast<std::size_t>(field)];
}

bool same_ignoring_case(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + ('a' - 'A')) : text[i];
    if (c != lower[i]) return false;
  }
  return true;
}

std::optional<Field> field_named(std::string_view name) {
  for (std::size_t i = 0; i < kFieldCount; ++i) {
    if (same_ignoring_case(name, kFieldNames[i])) return static_cast<Field>(i);
  }
  return std::nullopt;
}

}  // namespace dialin::http
