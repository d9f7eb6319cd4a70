#pragma once
// A request and an answer as handlers see them: no Beast, no sockets.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dialin::http {

enum class Method : std::uint8_t { get, head, post, put, del, options, other };
std::string_view name_of(Method method);
Method method_named(std::string_view text);  ///< case matters (RFC 9110, 9.1)

/// The header fields that any call of the contract looks at; others are passed over.
enum class Field : std::uint8_t {
  authorization,
  content_type,
  content_encoding,
  accept,
  if_match,
  if_none_match,
  idempotency_key,
  x_request_id,
  dialin_min_sequence,
  dialin_consistency,
  last_event_id,
  host,
  expect,
  dialin_forwarded_by,
  traceparent,
  tracestate,
};
constexpr std::size_t kFieldCount = 16;
std::string_view name_of(Field field);                    ///< lower case
std::optional<Field> field_named(std::string_view name);  ///< in any case
/// Whether `text` is `lower`, ASCII letters in any case. `lower` is lower case.
bool same_ignoring_case(std::string_view text, std::string_view lower);

/// Views into the session's buffer: valid until the answer is given.
struct Request {
  Method method = Method::other;
  std::string_view method_text;
  std::string_view path;   ///< as sent, before `?`; percent-encoded; without the `/v1` prefix
  std::string_view query;  ///< after `?`; percent-encoded
  std::string_view body;
  std::optional<std::string_view> fields[kFieldCount];
  std::uint32_t repeated = 0;  ///< bit per Field that came more than once

  std::optional<std::string_view> field(Field field) const { return fields[static_cast<std::size_t>(field)]; }
  bool is_repeated(Field field) const { return ((repeated >> static_cast<unsigned>(field)) & 1U) != 0; }
};

/// `headers` are complete lines, `Name: value\r\n`, but for Content-Length, Content-Type, Connection, Date and Server, which the session
/// adds.
struct Response {
  unsigned status = 200;
  std::string headers;
  std::string_view content_type = "application/json";  ///< static text; empty: no body
  std::string body;
  bool is_last = false;  ///< the connection ends behind it, whatever the caller wishes
};

}  // namespace dialin::http
