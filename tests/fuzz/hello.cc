// What opens a connection of TLS: whether a hello claims too much does not depend on the pieces that it comes in, and what is allowed holds
// no head of a hello that does.

#include <algorithm>

#include "api/http/hello_bound.h"
#include "fuzz/fuzz.h"

using dialin::http::HelloBound;

namespace {

/// The handshake's bytes of all records, whole or cut off.
std::string messages_of(std::string_view stream) {
  std::string messages;
  while (stream.size() > 5) {
    const std::size_t length = static_cast<std::size_t>(static_cast<unsigned char>(stream[3])) << 8 | static_cast<unsigned char>(stream[4]);
    if (stream[0] == 22) messages += stream.substr(5, length);
    stream.remove_prefix(std::min(stream.size(), 5 + length));
  }
  return messages;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  dialin::fuzz::Pieces pieces(dialin::fuzz::text_of(bytes, size));
  const std::size_t piece = std::size_t{1} + pieces.byte();
  const std::string_view stream = pieces.rest();
  HelloBound whole;
  const bool is_allowed = whole.allows(stream);
  HelloBound cut;
  bool is_allowed_so_far = true;
  for (std::size_t at = 0; at < stream.size() && is_allowed_so_far; at += piece) is_allowed_so_far = cut.allows(stream.substr(at, piece));
  dialin::fuzz::must(is_allowed == is_allowed_so_far, "pieces do not matter");
  if (!is_allowed) return 0;
  for (std::string messages = messages_of(stream); messages.size() >= 4;) {
    const auto byte = [&messages](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(messages[at])); };
    const std::size_t claimed = byte(1) << 16 | byte(2) << 8 | byte(3);
    dialin::fuzz::must(byte(0) == 1 && claimed <= HelloBound::kHelloBytesMax, "what is allowed is a hello of a client's size");
    messages.erase(0, 4 + claimed);
  }
  return 0;
}
