#include "api/http/request_parser.h"

#include <algorithm>
// Under the address sanitizer g++ 12 loses track of Boost's optional.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#include <boost/beast/http/basic_parser.hpp>
#pragma GCC diagnostic pop

#include <cctype>
#include <cstring>
#include <functional>
#include <limits>
#include <string>

namespace dialin::http {

namespace beast = boost::beast;
using BeastError = beast::http::error;

namespace {

/// Method, version and spaces around the target of a request line: none that is known has more.
constexpr std::size_t kLineBytesBesideTarget = 64;
constexpr std::string_view kLineTooLong = "The method or the request target is too long.";
constexpr std::string_view kFolded = "A header field must stand on one line.";
constexpr std::string_view kHeadTooLarge = "The header fields are too large.";
constexpr std::string_view kFrameTooLarge = "A chunk's size line or the trailer is too large.";
/// A chunk's size line or the trailer needs at least so many bytes to the end of the message. Beast counts on it when it looks at a last
/// chunk for the second time.
constexpr std::size_t kChunkedRestBytesMin = 5;

/// Whether the line of a chunk is all here, though Beast waits for more of it: a quoted string has no end there, which Beast looks for in
/// what follows, and each time it looks takes the chunk off the body's bound. A last chunk waits for the trailer.
bool is_stuck_in_chunk_line(std::string_view rest) {
  if (rest.starts_with("\r\n")) rest.remove_prefix(2);  // of the chunk before
  const std::string_view line = rest.substr(0, rest.find("\r\n"));
  const std::size_t digit = line.find_first_not_of('0');
  return line.size() < rest.size() && digit < line.size() && std::isxdigit(static_cast<unsigned char>(line[digit])) != 0;
}

std::string_view view_of(beast::string_view text) {
  return {text.data(), text.size()};
}

/// 505 is for what speaks HTTP, but another version than 1.0 or 1.1; anything else at its place is just wrong.
Malformed bad_version(std::string_view line) {
  const std::size_t space = line.find(' ', line.find(' ') + 1);
  const std::string_view version = space == std::string_view::npos ? std::string_view() : line.substr(space + 1);
  const bool speaks_http = version.starts_with("HTTP/") && version.size() > 5 && version[5] >= '0' && version[5] <= '9';
  if (speaks_http && !version.starts_with("HTTP/1.0") && !version.starts_with("HTTP/1.1")) {
    return {505, "Only HTTP/1.0 and HTTP/1.1 are spoken here."};
  }
  return {400, "The request line must end with the HTTP version."};
}

std::string_view sentence_of(BeastError error) {
  switch (error) {
    case BeastError::bad_line_ending:
      return "Lines must end with CR LF.";
    case BeastError::bad_method:
      return "The method is malformed.";
    case BeastError::bad_target:
      return "The request target is malformed.";
    case BeastError::bad_field:
      return "The name of a header field is malformed.";
    case BeastError::bad_value:
      return "The value of a header field is malformed.";
    case BeastError::bad_content_length:
    case BeastError::multiple_content_length:
      return "Content-Length is malformed, contradicts itself, or stands beside Transfer-Encoding.";
    case BeastError::bad_transfer_encoding:
      return "Transfer-Encoding is malformed, or stands beside Content-Length.";
    case BeastError::bad_chunk:
    case BeastError::bad_chunk_extension:
      return "The chunks of the body are malformed.";
    default:
      return "The request is malformed.";
  }
}

}  // namespace

/// Beast's grammar with the contract's fields filled in as they come.
class RequestParser::Grammar final : public beast::http::basic_parser<true> {
 public:
  explicit Grammar(const ParserLimits& limits) : limits_(limits) {
    header_limit(std::numeric_limits<std::uint32_t>::max());  // check_unfinished() bounds the head
    body_limit(limits.body_bytes_max);
  }

  Request request;
  Malformed malformed;
  std::string_view target;
  std::string chunks;        ///< of a chunked body, put together
  std::string trace_states;  ///< of several `tracestate` fields, put together; empty: there was one at most
  std::size_t line_bytes = 0;
  std::size_t head_bytes = 0;  ///< 0: not all here
  bool is_http_1_1 = false;
  bool has_frame = false;         ///< this call's bytes were a chunk's size line, or the last one and the trailer
  const char* message = nullptr;  ///< where this call's bytes are
  const char* message_end = nullptr;

 private:
  using Error = beast::error_code;

  bool is_in_message(std::string_view text) const {
    return std::less_equal<>()(message, text.data()) && std::less_equal<>()(text.data() + text.size(), message_end);
  }

  /// RFC 9112, 5.2: a line that begins with a blank goes on with the one before it. Others may read such a field otherwise, or not at all.
  bool is_folded(std::string_view name) const {
    const char* end = static_cast<const char*>(std::memchr(name.data(), '\n', static_cast<std::size_t>(message_end - name.data())));
    return end != nullptr && end + 1 < message_end && (end[1] == ' ' || end[1] == '\t');
  }

  void refuse(unsigned status, std::string_view why, Error& error) {
    malformed = {status, why};
    error = BeastError::bad_value;
  }

  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target_text, int version, Error& error) override {
    request.method_text = view_of(method);
    request.method = method_named(request.method_text);
    target = view_of(target_text);
    is_http_1_1 = version == 11;
    line_bytes = static_cast<std::size_t>(target.data() + target.size() - message) + std::strlen(" HTTP/1.1\r\n");
    const bool is_too_long = target.size() > limits_.target_bytes_max || line_bytes > limits_.target_bytes_max + kLineBytesBesideTarget;
    if (is_too_long) refuse(414, kLineTooLong, error);
  }

  void on_response_impl(int, beast::string_view, int, Error&) override {}

  void on_field_impl(beast::http::field name, beast::string_view name_text, beast::string_view value_text, Error& error) override {
    // Not an invariant that aborts: who sends the bytes must not be able to end the process, whatever a parser makes of them.
    if (!is_in_message(view_of(name_text)) || is_folded(view_of(name_text))) return refuse(400, kFolded, error);
    if (head_bytes != 0) return;  // a trailer: never what the contract's fields are read from
    const std::string_view value = view_of(value_text);
    if (!value.empty() && !is_in_message(value)) return refuse(400, kFolded, error);  // Beast unfolds elsewhere
    if (name == beast::http::field::transfer_encoding) {
      // Beast passes over codings that it does not know and then misses the body: what is behind would be taken for the next request.
      if (!same_ignoring_case(value, "chunked")) return refuse(400, "Of the transfer codings only chunked is known.", error);
      if (!is_http_1_1) return refuse(400, "HTTP/1.0 has no Transfer-Encoding.", error);
    }
    const auto field = field_named(view_of(name_text));
    if (!field) return;
    const auto place = static_cast<std::size_t>(*field);
    if (request.fields[place]) {
      request.repeated |= 1U << place;
      if (*field == Field::tracestate) add_trace_state(value);
    } else {
      request.fields[place] = value;
    }
  }

  /// W3C Trace Context: several fields are one list.
  void add_trace_state(std::string_view value) {
    auto& whole = request.fields[static_cast<std::size_t>(Field::tracestate)];
    if (trace_states.empty()) trace_states = *whole;
    trace_states.append(1, ',').append(value);
    whole = trace_states;
  }

  void on_header_impl(Error& error) override {
    const auto host = request.field(Field::host);
    if (request.is_repeated(Field::host)) return refuse(400, "There must be one Host field.", error);
    if (is_http_1_1 && !host) return refuse(400, "HTTP/1.1 wants a Host field.", error);  // RFC 9112, 3.2
    if (host && !is_host(*host)) return refuse(400, "The Host field is malformed.", error);
    if (!split_target(target, request))
      refuse(400, "The request target must be a path, or an absolute http URI, without a fragment or user info.", error);
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) override {}

  std::size_t on_body_impl(beast::string_view piece, Error&) override {
    // The pieces of a body by Content-Length follow each other in the message.
    const char* start = request.body.empty() ? piece.data() : request.body.data();
    request.body = {start, request.body.size() + piece.size()};
    return piece.size();
  }

  void on_chunk_header_impl(std::uint64_t, beast::string_view, Error&) override { has_frame = true; }

  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view piece, Error&) override {
    chunks.append(piece.data(), piece.size());
    return piece.size();
  }

  void on_finish_impl(Error&) override {
    if (chunked()) request.body = chunks;
  }

  const ParserLimits& limits_;
};

RequestParser::RequestParser(const ParserLimits& limits) : limits_(limits), grammar_(std::make_unique<Grammar>(limits_)) {}

RequestParser::~RequestParser() = default;

void RequestParser::reset() {
  // Beast's parser cannot be used twice; making it anew at its place costs no allocation.
  Grammar* place = grammar_.get();
  std::destroy_at(place);
  std::construct_at(place, limits_);
  parsed_ = 0;
}

RequestParser::Step RequestParser::parse(char* message, std::size_t& size) {
  Grammar& grammar = *grammar_;
  grammar.message = message;
  grammar.message_end = message + size;
  while (!grammar.is_done()) {
    const bool in_chunks = grammar.head_bytes != 0 && grammar.chunked();
    if (size - parsed_ < (in_chunks ? kChunkedRestBytesMin : 1)) return check_unfinished(message, size);
    beast::error_code error;
    grammar.has_frame = false;
    const std::size_t taken = grammar.put({message + parsed_, size - parsed_}, error);
    parsed_ += taken;
    if (error == BeastError::need_more && in_chunks && is_stuck_in_chunk_line({message + parsed_, size - parsed_})) {
      error = BeastError::bad_chunk_extension;
    }
    if (error == BeastError::need_more) return check_unfinished(message, size);
    if (error) return refuse(message, size, error);
    if (grammar.has_frame && taken > limits_.header_bytes_max) return refuse({431, kFrameTooLarge});
    if (grammar.head_bytes == 0) {
      grammar.head_bytes = parsed_;
      if (parsed_ - grammar.line_bytes > limits_.header_bytes_max) return refuse({431, kHeadTooLarge});
    }
  }
  return Step::complete;
}

RequestParser::Step RequestParser::refuse(const Malformed& malformed) {
  grammar_->malformed = malformed;
  return Step::malformed;
}

RequestParser::Step RequestParser::refuse(const char* message, std::size_t size, const boost::system::error_code& error) {
  if (grammar_->malformed.status != 0) return Step::malformed;
  if (error == BeastError::body_limit) return refuse({413, "The body is too large."});
  if (error == BeastError::bad_version) {
    const std::string_view line(message, size);
    return refuse(bad_version(line.substr(0, line.find('\r'))));
  }
  const bool is_known = error.category() == make_error_code(BeastError::need_more).category();
  return refuse({400, sentence_of(is_known ? static_cast<BeastError>(error.value()) : BeastError::bad_value)});
}

RequestParser::Step RequestParser::check_unfinished(char* message, std::size_t& size) {
  Grammar& grammar = *grammar_;
  if (grammar.head_bytes == 0) {
    // Beast looks at a line that came in pieces only when the whole head is here, so its end is looked for here.
    std::size_t line_bytes = grammar.line_bytes;
    if (line_bytes == 0 && size > limits_.target_bytes_max) {
      const auto* end =
          static_cast<const char*>(std::memchr(message, '\n', std::min(size, limits_.target_bytes_max + kLineBytesBesideTarget)));
      if (end != nullptr) line_bytes = static_cast<std::size_t>(end + 1 - message);
      if (end == nullptr && size >= limits_.target_bytes_max + kLineBytesBesideTarget) return refuse({414, kLineTooLong});
    }
    if (line_bytes != 0 && size - line_bytes > limits_.header_bytes_max) return refuse({431, kHeadTooLarge});
  } else if (grammar.chunked()) {
    if (size - parsed_ > limits_.header_bytes_max) return refuse({431, kFrameTooLarge});
    // The frames' bytes are of no use any more: without them a body in tiny chunks takes no more room than another.
    std::memmove(message + grammar.head_bytes, message + parsed_, size - parsed_);
    size -= parsed_ - grammar.head_bytes;
    parsed_ = grammar.head_bytes;
  }
  return Step::need_more;
}

void RequestParser::moved(const char* from, const char* to) {
  Grammar& grammar = *grammar_;
  const auto shift = [from, to](std::string_view& view) {
    if (view.data() != nullptr) view = {to + (view.data() - from), view.size()};
  };
  if (grammar.target.data() == nullptr) return;
  shift(grammar.target);
  shift(grammar.request.method_text);
  for (auto& field : grammar.request.fields) {
    if (field && field->data() != grammar.trace_states.data()) shift(*field);
  }
  if (grammar.head_bytes == 0) return;
  if (!grammar.chunked()) shift(grammar.request.body);
  split_target(grammar.target, grammar.request);
}

const Request& RequestParser::request() const {
  return grammar_->request;
}
const Malformed& RequestParser::malformed() const {
  return grammar_->malformed;
}
bool RequestParser::keep_alive() const {
  return grammar_->keep_alive();
}
bool RequestParser::is_head_done() const {
  return grammar_->head_bytes != 0;
}
bool RequestParser::is_http_1_1() const {
  return grammar_->is_http_1_1;
}

bool RequestParser::awaits_continue() const {
  const Grammar& grammar = *grammar_;
  if (grammar.head_bytes == 0 || !grammar.is_http_1_1 || parsed_ != grammar.head_bytes || grammar.is_done()) return false;
  const auto expect = grammar.request.field(Field::expect);
  return expect && same_ignoring_case(*expect, "100-continue") && grammar.chunks.empty();
}

std::size_t RequestParser::bytes_expected() const {
  const Grammar& grammar = *grammar_;
  if (grammar.head_bytes == 0 || !grammar.content_length()) return 0;
  return grammar.head_bytes + static_cast<std::size_t>(*grammar.content_length());  // within body_bytes_max, or it was refused
}

std::size_t message_bytes_max(const ParserLimits& limits) {
  return kLineBytesBesideTarget + limits.target_bytes_max + limits.header_bytes_max +
         std::max(limits.body_bytes_max, limits.header_bytes_max) + 1;
}

}  // namespace dialin::http
