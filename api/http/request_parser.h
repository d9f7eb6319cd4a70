#pragma once
// Bytes in, a Request out: RFC 9112 as strict as Beast's parser and a bit stricter, and only what the contract needs is kept, as views
// into the caller's bytes. One parser a connection, used again for each request. One thread.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "api/http/message.h"

namespace boost::system {
class error_code;
}

namespace dialin::http {

struct ParserLimits {
  std::size_t target_bytes_max = 0;
  std::size_t header_bytes_max = 0;  ///< all after the request line, its own line ends included
  std::size_t body_bytes_max = 0;    ///< after chunks are taken off
};

/// Why bytes are not a request that can be served.
struct Malformed {
  unsigned status = 0;   ///< 400, 413, 414, 431, 505
  std::string_view why;  ///< static text, a sentence
};

class RequestParser {
 public:
  enum class Step : std::uint8_t { need_more, complete, malformed };

  explicit RequestParser(const ParserLimits& limits);
  ~RequestParser();

  /// Forgets the last request.
  void reset();

  /// `message`: all bytes that came since the request's first one. After need_more it is called again with the same bytes and some behind
  /// them; when they lie elsewhere by then, moved() is called first. Of a chunked body the frames are taken out: `size` becomes less by
  /// what was dropped.
  Step parse(char* message, std::size_t& size);
  void moved(const char* from, const char* to);

  /// Of complete: views into `message` (a chunked body: into the parser), valid until reset() or moved().
  const Request& request() const;
  std::size_t bytes() const { return parsed_; }  ///< how many of `message` the request is made of
  bool keep_alive() const;
  /// Of malformed.
  const Malformed& malformed() const;

  // Of need_more as well:
  bool is_head_done() const;
  bool is_http_1_1() const;
  /// The head asks for `100 Continue`, and nothing of the body is here.
  bool awaits_continue() const;
  /// How many bytes the whole message will have, as far as its head tells; 0 unknown.
  std::size_t bytes_expected() const;

 private:
  class Grammar;
  Step refuse(const Malformed& malformed);
  Step refuse(const char* message, std::size_t size, const boost::system::error_code& error);
  Step check_unfinished(char* message, std::size_t& size);

  ParserLimits limits_;
  std::unique_ptr<Grammar> grammar_;
  std::size_t parsed_ = 0;
};

/// No unfinished message that parse() takes is larger: what a receive buffer must hold.
std::size_t message_bytes_max(const ParserLimits& limits);

/// Letters of a host and a port (RFC 9110, 7.2), not how they are put together: nothing here looks at what they say. Empty is a host, too.
bool is_host(std::string_view text);
/// Splits a request target (RFC 9112, 3.2: origin-form, absolute-form, `*`) into `request.path` and `request.query`; false for anything
/// else.
bool split_target(std::string_view target, Request& request);

}  // namespace dialin::http
