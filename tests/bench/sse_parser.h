#pragma once
// Takes an HTTP/1.1 answer apart as it arrives, in any pieces: the head, then chunks, then the lines of an event stream; or a body of known
// length. One connection each; no thread of its own.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace dialin::bench {

/// What a head says, as far as a caller needs it.
struct Head {
  unsigned status = 0;
  bool chunked = false;
  std::size_t length = 0;      ///< of Content-Length
  std::uint64_t sequence = 0;  ///< of Dialin-Sequence
};
/// `text` ends with the empty line.
Head parse_head(std::string_view text);

class StreamParser {
 public:
  explicit StreamParser(std::function<void(std::uint64_t)> on_id) : on_id_(std::move(on_id)) {}
  /// Throws std::runtime_error when the answer is not a stream.
  void feed(std::string_view bytes);
  bool open() const { return part_ != Part::head; }

 private:
  enum class Part : std::uint8_t { head, size, body, body_end };
  void take_body(std::string_view piece);
  void end_of_line();

  std::function<void(std::uint64_t)> on_id_;
  Part part_ = Part::head;
  std::string held_;      ///< of a head or a size line that has not ended yet
  std::size_t left_ = 0;  ///< bytes of the chunk still to come
  std::string line_;      ///< the beginning of the present line, as far as it matters
};

}  // namespace dialin::bench
