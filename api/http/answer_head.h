#pragma once
// The bytes of an answer before its body. Pure; any thread.

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace dialin::http {

struct AnswerHead {
  unsigned status = 200;
  std::string_view date;                      ///< http_date()
  std::string_view content_type;              ///< empty: no such line
  std::optional<std::size_t> content_length;  ///< of what a GET would have as its body
  bool chunked = false;
  enum class Connection : std::uint8_t { unsaid, keep_alive, close } connection = Connection::unsaid;
  std::string_view headers;  ///< complete lines
};

void append(const AnswerHead& head, std::string& out);

/// RFC 9110, 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`.
std::string http_date(std::time_t time);

/// RFC 9110, 6.4.1: whether an answer of that status may have a body.
constexpr bool has_body(unsigned status) {
  return status >= 200 && status != 204 && status != 304;
}

}  // namespace dialin::http
