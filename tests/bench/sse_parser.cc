#include "tests/bench/sse_parser.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace dialin::bench {
namespace {

constexpr std::size_t kLineKept_bytes = 32;  // `id: ` and a sequence; the rest of a line does not matter

std::uint64_t number(std::string_view text, int base = 10) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

bool begins(std::string_view line, std::string_view lower_case) {
  return line.size() >= lower_case.size() && std::equal(lower_case.begin(), lower_case.end(), line.begin(),
                                                        [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + 32 : b); });
}

}  // namespace

Head parse_head(std::string_view text) {
  Head head;
  head.status = static_cast<unsigned>(number(text.substr(std::min<std::size_t>(9, text.size()))));
  for (std::size_t at = text.find("\r\n"); at != std::string_view::npos && at + 2 < text.size(); at = text.find("\r\n", at + 2)) {
    const auto line = text.substr(at + 2, text.find("\r\n", at + 2) - at - 2);
    if (begins(line, "content-length:")) head.length = number(line.substr(15));
    if (begins(line, "dialin-sequence:")) head.sequence = number(line.substr(16));
    if (begins(line, "transfer-encoding:") && line.find("chunked") != std::string_view::npos) head.chunked = true;
  }
  return head;
}

void StreamParser::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (part_ == Part::body) {
      const auto piece = bytes.substr(0, left_);
      take_body(piece);
      bytes.remove_prefix(piece.size());
      left_ -= piece.size();
      if (left_ == 0) part_ = Part::body_end;
      continue;
    }
    held_.push_back(bytes.front());
    bytes.remove_prefix(1);
    if (part_ == Part::head && held_.ends_with("\r\n\r\n")) {
      const Head head = parse_head(held_);
      if (head.status != 200 || !head.chunked) throw std::runtime_error("no stream: " + held_.substr(0, held_.find('\r')));
      held_.clear();
      part_ = Part::size;
    } else if (part_ == Part::body_end && held_ == "\r\n") {
      held_.clear();
      part_ = Part::size;
    } else if (part_ == Part::size && held_.ends_with("\r\n")) {
      left_ = number(held_, 16);
      held_.clear();
      if (left_ == 0) throw std::runtime_error("the server ended a stream");
      part_ = Part::body;
    }
  }
}

void StreamParser::take_body(std::string_view piece) {
  while (!piece.empty()) {
    const auto end = piece.find('\n');
    const auto part = piece.substr(0, end);
    if (line_.size() < kLineKept_bytes) line_.append(part.substr(0, kLineKept_bytes - line_.size()));
    if (end == std::string_view::npos) return;
    end_of_line();
    piece.remove_prefix(end + 1);
  }
}

void StreamParser::end_of_line() {
  if (line_.starts_with("id:")) on_id_(number(std::string_view(line_).substr(3)));
  line_.clear();
}

}  // namespace dialin::bench
