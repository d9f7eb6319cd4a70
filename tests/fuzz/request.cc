// The bytes of a connection, read at once and in pieces: both must be understood alike, request by request and to where each ends, or
// somebody in front of us and we read two different requests.

#include "api/http/request_parser.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "fuzz/fuzz.h"

using namespace dialin;
using http::RequestParser;
using Step = RequestParser::Step;

namespace {

constexpr http::ParserLimits kLimits{.target_bytes_max = 256, .header_bytes_max = 1024, .body_bytes_max = 2048};

/// All that the Api would see of a request.
struct Understood {
  Step step = Step::need_more;
  std::string method, path, query, body;
  std::vector<std::string> fields;
  std::uint32_t repeated = 0;
  bool keep_alive = false;
  friend bool operator==(const Understood&, const Understood&) = default;
};

Understood understood(const RequestParser& parser, Step step) {
  Understood all{.step = step};
  if (step != Step::complete) return all;
  const http::Request& request = parser.request();
  all.method = request.method_text;
  all.path = request.path;
  all.query = request.query;
  all.body = request.body;
  for (const auto& field : request.fields) all.fields.emplace_back(field.value_or("\1"));
  all.repeated = request.repeated;
  all.keep_alive = parser.keep_alive();
  return all;
}

void check(const RequestParser& parser, Step step) {
  if (step == Step::malformed) {
    const http::Malformed& why = parser.malformed();
    fuzz::must(why.status >= 400 && why.status < 600 && !why.why.empty(), "what is refused has a status and a sentence");
  } else if (step == Step::complete) {
    fuzz::must(parser.request().path.starts_with('/') || parser.request().path == "*", "a path begins with a slash");
    fuzz::must(parser.request().body.size() <= kLimits.body_bytes_max, "a body keeps its bound");
  }
}

/// What a connection's bytes are, `step` at a time, each time in memory of just their size, as a receive buffer that moves. The last one is
/// what ends it: unfinished, malformed, or without keep-alive.
std::vector<Understood> read(std::string_view bytes, std::size_t step) {
  std::vector<Understood> requests;
  RequestParser parser(kLimits);
  std::unique_ptr<char[]> buffer(new char[0]);
  std::size_t held = 0;
  const auto take = [&](std::size_t dropped, std::string_view more) {
    std::unique_ptr<char[]> next(new char[held - dropped + more.size()]);
    std::memcpy(next.get(), buffer.get() + dropped, held - dropped);
    if (dropped == 0) parser.moved(buffer.get(), next.get());
    std::copy(more.begin(), more.end(), next.get() + held - dropped);
    held += more.size() - dropped;
    buffer = std::move(next);
  };
  while (true) {
    const Step outcome = parser.parse(buffer.get(), held);
    check(parser, outcome);
    if (outcome == Step::need_more) {
      fuzz::must(held <= http::message_bytes_max(kLimits), "an unfinished message is no larger than the buffer may be");
      if (bytes.empty()) break;
      take(0, bytes.substr(0, step));
      bytes.remove_prefix(std::min(step, bytes.size()));
      continue;
    }
    requests.push_back(understood(parser, outcome));
    if (outcome == Step::malformed || !parser.keep_alive()) return requests;
    const std::size_t ended_at = parser.bytes();
    fuzz::must(ended_at > 0 && ended_at <= held, "a request has bytes, and they are there");
    parser.reset();
    take(ended_at, {});
  }
  requests.emplace_back();
  return requests;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  fuzz::Pieces pieces(fuzz::text_of(bytes, size));
  const std::size_t step = 1 + pieces.byte() % 16;
  const std::vector<Understood> whole = read(pieces.rest(), size);
  const std::vector<Understood> in_pieces = read(pieces.rest(), step);
  fuzz::must(whole.size() == in_pieces.size(), "in pieces there are as many requests");
  for (std::size_t i = 0; i + 1 < whole.size(); ++i) fuzz::must(whole[i] == in_pieces[i], "a request in pieces is the same request");
  // A line that is no good may be seen before it ends, or, when it came in pieces, with the end of the head.
  const bool only_waits = whole.back().step == Step::malformed && in_pieces.back().step == Step::need_more;
  fuzz::must(only_waits || whole.back() == in_pieces.back(), "a connection in pieces ends as the whole one does");
  return 0;
}
